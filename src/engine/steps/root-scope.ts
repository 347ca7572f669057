import type { RunContext } from "./run-context.ts";
import { Scope } from "./scope.ts";

/** A whole run as its body sees it. */
export class RootScope extends Scope {
  readonly carried: unknown;

  constructor(run: RunContext, carried: unknown) {
    super(run, "");
    this.carried = carried;
  }
}
