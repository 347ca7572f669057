import type { AitorError, Run } from "../../base/index.ts";
import type { RunContext } from "./run-context.ts";
import type { StepLabel } from "../record/step-label.ts";

/** Why a scope ends; made where somebody is told, since most often nobody is, and an error costs more than a small step. */
export type Reason = () => AitorError;

/** The same one each time. */
export function madeOnce(make: Reason): Reason {
  let made: AitorError | undefined;
  return () => (made ??= make());
}

/** A scope as the branches and loops that open in it see it. */
export interface OuterScope {
  readonly run: RunContext;
  /** The keys of what is in it begin with this. */
  readonly path: string;
  readonly ended: boolean;
  /** @throws AitorError the reason for the scope's end, once it has ended. */
  refuseIfEnded(): void;
  /** Keeps the scope from taking steps itself while `work` goes on; `labels` are what it would be ambiguous with. */
  occupy<Out>(what: "a branch" | "a loop", labels: readonly StepLabel[], work: () => Promise<Out>): Promise<Out>;
  /** The key that the next step, branch or loop of this label gets. */
  keyOf(label: string): string;
  /** Counts a label as used up: the next one of it gets another key. */
  finish(label: string): void;
  /** @throws AitorError the reason for the scope's end, once it has ended. */
  open(path: string): InnerScope;
}

/** A scope with a body of its own. */
export interface InnerScope {
  readonly path: string;
  /**
   * Runs the body, then ends the scope. Rejects at once when the scope is ended from outside, whether the body obeys
   * or not.
   */
  runBody<Out>(body: (run: Run) => Promise<Out>): Promise<Out>;
  /** Ends the scope and all in it, at once; the promise waits until everything taken is given back. */
  end(reason: Reason): void | Promise<void>;
}
