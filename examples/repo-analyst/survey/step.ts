import type { AitorEvent } from "aitor";
import { placeInTurn } from "aitor/reasoning";

type Finished = Extract<AitorEvent, { readonly type: "step-finished" }>;

/** A model or a tool was called, and what it gave is on record: what people call a step. Bookkeeping is none. */
export function isStep(event: AitorEvent): event is Finished {
  return event.type === "step-finished" && (isModelCall(event.key) || callOf(event.key) !== undefined);
}

export function isModelCall(key: string): boolean {
  return placeInTurn(key)?.name === "think";
}

/** Where a tool was called: in which turn, the how manieth call of its reply. */
export function callOf(key: string): { readonly turn: number; readonly call: number } | undefined {
  const place = placeInTurn(key);
  return place === undefined || place.call === 0 || place.name === "tool approval" ? undefined : place;
}
