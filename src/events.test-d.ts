import { expectTypeOf, test } from "vitest";
import type { AitorEvent, ModelCall, PlanEvent, UsageTotals } from "./index.ts";

test("one switch tells all events on record apart, whichever folder's they are", () => {
  const told = (event: AitorEvent): unknown => {
    switch (event.type) {
      case "run-started":
        return expectTypeOf(event.data.version).toEqualTypeOf<string>();
      case "memory-changed":
        return expectTypeOf(event.data.version).toEqualTypeOf<string>();
      case "model-called":
        return expectTypeOf(event.data).toEqualTypeOf<ModelCall>();
      case "usage-counted":
        return expectTypeOf(event.data.models).toBeObject();
      case "usage-added":
        return expectTypeOf(event.data.usage).toEqualTypeOf<UsageTotals>();
      case "prompt-shaped":
        return expectTypeOf(event.data.dialect).toEqualTypeOf<"native" | "json">();
      case "context-set":
        return expectTypeOf(event.data).toEqualTypeOf<Readonly<Record<string, unknown>>>();
      case "context-pruned":
        return expectTypeOf(event.data.from).toEqualTypeOf<number>();
      case "message-steered":
        return expectTypeOf(event.data.content).toEqualTypeOf<string>();
      case "plan-changed":
        return expectTypeOf(event.data.events).toEqualTypeOf<readonly PlanEvent[]>();
      case "sub-agent-made":
        return expectTypeOf(event.data.agent.name).toEqualTypeOf<string>();
      // @ts-expect-error  there is no such event
      case "plan-eaten":
        return undefined;
      default:
        return event.key;
    }
  };
  expectTypeOf(told).parameter(0).toEqualTypeOf<AitorEvent>();
});
