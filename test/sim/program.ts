import type { Run, Runnable, StepContext, StepOptions } from "aitor";
import { agentRef } from "aitor";

import type { Outside } from "./outside.ts";
import type { Random } from "./random.ts";

/** A part of what a message has its handler do. Its result depends on nothing but the place where it stands. */
export type Part =
  | { readonly does: "step" | "once" | "flaky" | "failing" | "uuid" | "flow" }
  | { readonly does: "sleep"; readonly ms: number }
  | { readonly does: "signal" }
  | { readonly does: "ask" | "tell"; readonly to: number }
  | { readonly does: "child" | "scope"; readonly inner: Part }
  | { readonly does: "loop"; readonly turns: number; readonly inner: Part }
  | { readonly does: "all" | "settle" | "race" | "sequence"; readonly parts: readonly Part[] };

/** A message to a worker: its memory keeps the id of each section that is done. */
export interface Job {
  readonly id: string;
  readonly sections: readonly Part[];
  /** Behind the last section. */
  readonly fails: boolean;
}

/** What parts are done through: a run, or the context of a handler. */
type Scope = Omit<Run, "id" | "key" | "keep" | "queue">;

export const WORKERS = 3;
const Worker = agentRef<Job, string>("worker");

/** @param from The index of the worker that is to do it: it asks those behind it, so that asks close no circle. */
export function randomJob(random: Random, id: string, from: number): Job {
  const sections = Array.from({ length: random.between(1, 3) }, () => randomPart(random, from, 3));
  const loops = sections.some(({ does }) => does === "loop");
  return { id, sections, fails: !loops && random.chance(0.1) };
}

function randomPart(random: Random, from: number, depth: number): Part {
  const asks = from < WORKERS - 1;
  const inner = (): Part => randomPart(random, from, depth - 1);
  const leaf = random.weighted<() => Part>([
    [6, () => ({ does: "step" })],
    [3, () => ({ does: "once" })],
    [1, () => ({ does: "flaky" })],
    [1, () => ({ does: "failing" })],
    [1, () => ({ does: "uuid" })],
    [1, () => ({ does: "flow" })],
    [2, () => ({ does: "sleep", ms: random.between(1, 100) })],
    [1, () => ({ does: "signal" })],
    [asks ? 2 : 0, () => ({ does: random.pick(["ask", "tell"] as const), to: random.between(from + 1, WORKERS - 1) })],
  ]);
  if (depth === 0 || random.chance(0.5)) return leaf();
  return random.weighted<() => Part>([
    [1, () => ({ does: random.pick(["child", "scope"] as const), inner: inner() })],
    [2, () => ({ does: "loop", turns: random.between(1, 3), inner: inner() })],
    [
      4,
      () => ({
        does: random.pick(["all", "settle", "race", "sequence"] as const),
        parts: Array.from({ length: random.between(1, 3) }, inner),
      }),
    ],
  ])();
}

/** Which of several comes first is not the same each time; what is compared does without. */
export function comparable(part: Part): Part {
  if ("inner" in part) return { ...part, inner: comparable(part.inner) };
  if (!("parts" in part)) return part;
  return { does: part.does === "race" ? "all" : part.does, parts: part.parts.map(comparable) };
}

/** @param place Where in its message the part stands: unique. */
export async function perform(run: Scope, part: Part, outside: Outside, place: string): Promise<unknown> {
  switch (part.does) {
    case "step":
      return told(run, outside, "s", {});
    case "once":
      return told(run, outside, "o", { effect: "once" });
    case "flaky":
      return run.step("f", (step) => outside.effect(step, false, step.attempt < 2), {
        retry: { attempts: 3, initialDelay: 0 },
      });
    case "failing":
      return run
        .step("x", (step) => outside.effect(step, false, true))
        .catch((error: unknown) => (error as Error).message);
    case "uuid":
      return run.uuid();
    case "flow":
      return run.scope("flow", (scope) => outside.flow.execute(scope, place));
    case "sleep":
      outside.sleeps(place);
      await run.sleep(part.ms);
      outside.slept(place, part.ms);
      return "slept";
    case "signal":
      return run.waitFor("go");
    case "ask":
      return run.ask(Worker, String(part.to), innerJob(place, part.to));
    case "tell":
      await run.tell(Worker, String(part.to), innerJob(place, part.to));
      return "told";
    case "child":
      return run.child(childOf(part.inner, outside, `${place}/c`), undefined);
    case "scope":
      return run.scope("scope", (scope) => perform(scope, part.inner, outside, `${place}/s`));
    case "loop":
      return run.loop("loop", [] as unknown[], async (before, turn) => {
        const all = [...before, await perform(turn, part.inner, outside, `${place}/${before.length}`)];
        return all.length === part.turns ? { done: all } : { next: all };
      });
    case "sequence": {
      const all: unknown[] = [];
      for (const [n, each] of part.parts.entries()) all.push(await perform(run, each, outside, `${place}/${n}`));
      return all;
    }
    case "all":
    case "settle":
    case "race":
      return branches(run, part, outside, place);
  }
}

/** A step, of which is known when its result was given to the body. */
async function told(run: Scope, outside: Outside, name: string, options: StepOptions): Promise<string> {
  let called: StepContext | undefined;
  const effect = (step: StepContext): Promise<string> => {
    called = step;
    return outside.effect(step, options.effect === "once");
  };
  const result = await run.step(name, effect, options);
  if (called !== undefined) outside.told(called);
  return result;
}

async function branches(
  run: Scope,
  { does, parts }: Extract<Part, { readonly parts: unknown }>,
  outside: Outside,
  place: string,
): Promise<unknown> {
  const made = parts.map((part, n) => ({
    name: `b${n}`,
    run: (branch: Run) => perform(branch, part, outside, `${place}/${n}`),
  }));
  if (does === "all") return run.all(made);
  if (does === "race") return run.race(made);
  return (await run.settle(made)).map(({ status }) => status);
}

/** What one worker has another one do. */
function innerJob(place: string, to: number): Job {
  return { id: `${place}>${to}`, sections: [{ does: "step" }], fails: false };
}

function childOf(part: Part, outside: Outside, place: string): Runnable<undefined, unknown> {
  return { name: "child", version: "1", execute: (run) => perform(run, part, outside, place) };
}
