import type { EngineEvent } from "../../engine/index.ts";

/** Shows how far a run is. */
export interface ProgressDisplay {
  apply(event: EngineEvent): void;
  /** Shows text that is not about progress, such as what the module prints. */
  above(text: string): void;
  /** Called once, after the last event; nothing is shown any more from then on. */
  end(succeeded: boolean): void;
}
