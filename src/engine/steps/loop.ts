import { AitorError, checkJson, describe, type Run, type Turn } from "../../base/index.ts";
import type { OuterScope } from "./outer-scope.ts";
import { loopAsRecorded } from "./record-order.ts";
import { type StepLabel, stepLabel } from "../record/step-label.ts";

/** Turn after turn, each in a scope of its own named by its number, each ended by one record. */
export function runLoop<State, Out>(
  scope: OuterScope,
  name: string,
  initial: State,
  turn: (state: State, run: Run) => Promise<Turn<State, Out>>,
): Promise<Out> {
  let label: StepLabel;
  try {
    label = stepLabel(name);
  } catch (error) {
    return Promise.reject(error);
  }
  return scope.occupy("a loop", [label], async () => {
    const { run } = scope;
    const key = scope.keyOf(label.label);
    try {
      const recorded = run.recovered?.loops.get(key);
      if (run.changedVersion !== undefined) await loopAsRecorded(scope, key);
      if (recorded !== undefined) run.keeping.resumedBehind(recorded.seq);
      if (recorded !== undefined && "result" in recorded) return recorded.result as Out;
      let state = recorded === undefined ? initial : (recorded.next as State);
      for (let number = (recorded?.turn ?? 0) + 1; ; number++) {
        let ended = await scope.open(`${key}/#${number}/`).runBody((inner) => turn(state, inner));
        // Of a branch that lost meanwhile nothing is recorded any more.
        scope.refuseIfEnded();
        if (!isTurn(ended)) throw invalidTurn(name, number, ended);
        const checked = run.keeping.check();
        if (checked !== undefined) {
          await checked;
          scope.refuseIfEnded();
        }
        if ("done" in ended) {
          const { done, unless } = ended;
          const next = unless === undefined ? undefined : await nextUnlessDone(scope, unless);
          if (next === undefined) {
            checkJson(done, `the result of loop "${key}"`, run.freeze);
            const closes = unless !== undefined && { closes: true as const };
            await run.commit("loop-finished", key, { turns: number, result: done, ...closes });
            return done;
          }
          ended = { next };
        }
        checkJson(ended.next, `the state after turn ${number} of loop "${key}"`, run.freeze);
        await run.commit("turn-finished", key, { turn: number, next: ended.next });
        state = ended.next;
      }
    } finally {
      scope.finish(label.label);
    }
  });
}

/** What is said meanwhile is either heard here or refused: nothing is taken in once it was looked for. */
async function nextUnlessDone<State>(scope: OuterScope, unless: () => State | undefined): Promise<State | undefined> {
  const { notes } = scope.run;
  while (notes.underWay !== undefined) await notes.underWay;
  scope.refuseIfEnded();
  const next = unless();
  if (next === undefined) notes.close();
  return next;
}

function isTurn(value: unknown): boolean {
  return typeof value === "object" && value !== null && ("next" in value || "done" in value);
}

function invalidTurn(name: string, turn: number, got: unknown): AitorError {
  return new AitorError({
    code: "invalid-value",
    message: `turn ${turn} of loop "${name}" did not say how to go on`,
    expected: "{ next: state } for another turn, or { done: result } at the end",
    got: describe(got),
    fix: "return one of the two from the turn's function",
    retryable: false,
  });
}
