import { EmbeddedEngine } from "./embedded-engine.ts";
import type { Engine } from "./engine.ts";

/** The engine of those who name none: in memory, and nothing is kept of runs that have ended. Nobody reads its figures. */
export function defaultEngine(): Engine {
  return (shared ??= new EmbeddedEngine({ retain: "nothing", stats: "totals" }));
}

let shared: EmbeddedEngine | undefined;
