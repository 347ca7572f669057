import { isAitorError } from "../base/index.ts";
import { EmbeddedEngine } from "../engine/index.ts";
import {
  changing,
  engine,
  type EngineMutant,
  forgetting,
  forgettingThose,
  mutant,
  running,
  stepping,
  waits,
  without,
} from "./engine-mutant.fixture.ts";
import type { Fault } from "./embedded-engine.fixture.ts";

/** Timers of one life, or all, are set for another time. */
function timing(change: (ms: number, life: number) => number): Fault {
  return {
    clock: (clock, life) => ({
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      timer: (ms, fire) => clock.timer(change(ms, life), fire),
    }),
  };
}

export const cancelMutants: readonly EngineMutant[] = [
  waits(
    mutant("cancels a sleep when it is over", "a cancel: ends a run in a sleep", {
      engine: (good, { clock }) => ({
        start: (...call) => {
          const handle = good.start(...call);
          const later = (reason: unknown): Promise<void> =>
            new Promise((resolve) => clock.timer(1_000_000, () => resolve(handle.cancel(reason))));
          return { ...handle, [Symbol.asyncIterator]: () => handle[Symbol.asyncIterator](), cancel: later };
        },
      }),
    }),
  ),
  waits(
    mutant("says that a run is cancelled before it is", "a cancel: has ended the run", {
      engine: (good) => ({
        start: (...call) => {
          const handle = good.start(...call);
          return {
            ...handle,
            [Symbol.asyncIterator]: () => handle[Symbol.asyncIterator](),
            cancel: async (reason) => void handle.cancel(reason),
          };
        },
      }),
    }),
  ),
  waits(
    mutant(
      "does not listen to the signal of a start",
      "a cancel: comes by the signal",
      engine((good) => ({
        start: (runnable, input, options) => good.start(runnable, input, without(options ?? {}, "signal")),
      })),
    ),
  ),
  mutant("does not cancel what is not under way", "a cancel: ends a run that is on record", {
    engine: (good) => {
      const started = new Set<string>();
      return {
        start: (...call) => {
          const handle = good.start(...call);
          started.add(handle.id);
          return handle;
        },
        cancel: async (id, reason) => (started.has(id) ? good.cancel(id, reason) : undefined),
      };
    },
  }),
  mutant(
    "does not take messages out of their queue",
    "a cancel: takes a message out",
    engine((good) => ({ cancel: async () => void good })),
  ),
  mutant(
    "does not cancel children",
    "a cancel: ends the children",
    running((run, { journal, clock }) => ({
      child: (runnable, input) => {
        const detached = new EmbeddedEngine({ journal, clock });
        const id = `${run.id}/${runnable.name}`;
        return run.step(runnable.name, () => detached.run(runnable, input, { id })) as never;
      },
    })),
  ),
];

export const doubtMutants: readonly EngineMutant[] = [
  mutant(
    "calls a once step again",
    "in doubt: a once step that was under way",
    changing("step-started", (data) => ({ ...data, effect: "idempotent" })),
  ),
  waits(
    mutant(
      "takes once for idempotent",
      "in doubt: is asked of recovered runs",
      stepping((options) => ({ ...options, effect: "idempotent" })),
    ),
  ),
  waits(
    mutant("fails where it should ask", "in doubt: a once step that was under way", { options: { inDoubt: "fail" } }),
  ),
  waits(
    mutant("lets leave for one more call count for ever", "in doubt: called again, and killed again", {
      ...forgettingThose(({ type }, index, events) => {
        const leave = events.findIndex((event) => event.type === "step-answered");
        return type === "step-started" && leave !== -1 && index > leave;
      }),
    }),
  ),
  mutant(
    "forgets what was answered",
    "in doubt: an answer counts though",
    forgetting("step-answered", "step-finished"),
  ),
  waits(
    mutant("forgets that a once step finished", "in doubt: a once step that finished", forgetting("step-finished")),
  ),
  waits(mutant("asks though a once step failed", "in doubt: a once step that fails", forgetting("step-failed"))),
  waits(
    mutant(
      "repeats what was cut off",
      "in doubt: a once step that was cut off",
      stepping((options) => ({ ...options, effect: "idempotent" })),
    ),
  ),
];

export const timerMutants: readonly EngineMutant[] = [
  waits(
    mutant(
      "loses a timer at a death",
      "a timer: goes on in a recovered run",
      timing((ms, life) => (life === 1 ? ms : Infinity)),
    ),
  ),
  mutant(
    "fires early",
    "a timer: is never early",
    timing((ms) => ms / 2),
  ),
  mutant(
    "fires early after a death",
    "a timer: is not early across",
    timing((ms, life) => (life === 1 ? ms : 0)),
  ),
  mutant("begins a timer anew after a death", "a timer: is set for what is left", forgetting("timer-set")),
  waits(
    mutant(
      "waits again for a timer that has fired",
      "a timer: that fired does not count anew",
      forgetting("timer-set", "timer-fired"),
    ),
  ),
  mutant(
    "fires in the order in which timers are set",
    "a timer: several at once",
    timing(() => 60_000),
  ),
  mutant("fires though its branch has lost", "a timer: of a race is set no longer", {
    definition: (definition, { clock }) => ({
      ...definition,
      execute: (run, input) => definition.execute(sleepless(run, clock.timer.bind(clock)), input),
    }),
  }),
];

type Body = Parameters<Exclude<Fault["definition"], undefined>>[0]["execute"];
type GivenRun = Parameters<Body>[0];

/** Its sleeps end though their scope has ended. */
function sleepless(run: GivenRun, timer: (ms: number, fire: () => void) => unknown): GivenRun {
  const sleep = (ms: unknown): Promise<void> => new Promise((resolve) => void timer(ms as number, resolve));
  return {
    id: run.id,
    abortSignal: run.abortSignal,
    key: run.key,
    step: (...call) => run.step(...call),
    scope: (...call) => run.scope(...call),
    all: (...call) => run.all(...call),
    race: (branches) =>
      run.race(
        branches.map((each) => ({ name: each.name, run: (scope) => each.run(sleepless(scope, timer)) })),
      ) as never,
    settle: (...call) => run.settle(...call),
    loop: (...call) => run.loop(...call),
    sleep: (ms) => sleep(ms),
    waitFor: (...call) => run.waitFor(...call),
    child: (...call) => run.child(...call),
    ask: (...call) => run.ask(...call),
    tell: (...call) => run.tell(...call),
    now: () => run.now(),
    uuid: () => run.uuid(),
    keep: (keeper) => run.keep(keeper),
  };
}

/** Answers are dealt with otherwise. */
const answering = (change: (answer: Answering) => Answering): Fault =>
  engine((good) => ({ answer: change((...call) => good.answer(...call)) }));

type Answering = (...call: readonly [id: string, key: string, answer: Answer]) => Promise<void>;
type Answer = Parameters<ReturnType<Exclude<Fault["engine"], undefined>>["answer"] & {}>[2];

export const signalMutants: readonly EngineMutant[] = [
  waits(mutant("loses an answer at a death", "a signal: keeps its answer", forgetting("signal-received"))),
  waits(
    mutant(
      "acknowledges an answer before it is recorded",
      "a signal: keeps its answer",
      answering(
        (good) =>
          async (...call) =>
            void setImmediate(() => void good(...call).catch(() => {})),
      ),
    ),
  ),
  mutant(
    "accepts what a schema refuses",
    "a signal: refuses what does not fit",
    running((run) => ({ waitFor: (name, options) => run.waitFor(name, without(options ?? {}, "schema")) as never })),
  ),
  waits(
    mutant(
      "accepts what does not fit while nobody runs it",
      "a signal: waits on where",
      running((run) => ({ waitFor: (name, options) => run.waitFor(name, without(options ?? {}, "schema")) as never })),
    ),
  ),
  mutant(
    "says that each of several answers counts",
    "a signal: is answered once",
    answering((good) => async (...call) => {
      await good(...call).catch((error: unknown) => {
        if (!isAitorError(error, "not-waiting")) throw error;
      });
    }),
  ),
  mutant(
    "gives an answer to the first that waits",
    "a signal: is not answered by a name",
    answering((good) => async (id, key, answer) => {
      await good(id, key, answer).catch(() => good(id, "a/approval", answer));
    }),
  ),
  waits(
    mutant(
      "has no deadlines",
      "a signal: expires at its deadline, and not before",
      running((run) => ({ waitFor: (name, options) => run.waitFor(name, without(options ?? {}, "deadline")) })),
    ),
  ),
  mutant(
    "expires early",
    "a signal: expires at its deadline, and not before",
    timing((ms) => ms / 4),
  ),
  mutant(
    "begins a deadline anew after a death",
    "a signal: expires at its deadline though",
    forgetting("signal-awaited"),
  ),
  mutant(
    "takes no answers while nobody runs it",
    "a signal: is answered while nobody runs it",
    answering((good) => async (id, key, answer) => {
      await good(id, key, answer).catch(() => {});
    }),
  ),
];

export const childMutants: readonly EngineMutant[] = [
  mutant("starts a child anew after a death", "a child: goes on where it was", {
    ...running((run, { life }) => ({
      child: (runnable, input, options) =>
        run.child(runnable, input, life === 1 ? options : { key: `${options?.key ?? ""} in life ${life}` }),
    })),
  }),
  mutant(
    "runs a child's body as its own",
    "a child: gives its result, and is a run",
    running((run) => ({
      child: (runnable, input) => run.scope(runnable.name, (scope) => runnable.execute(scope, input)),
    })),
  ),
  mutant(
    "leaves a child that is gone as it is",
    "a child: that is gone after a death",
    running((run) => ({
      child: (runnable, input, options) =>
        options?.gone === undefined ? run.child(runnable, input, options) : Promise.reject(options.gone),
    })),
  ),
  mutant(
    "forgets that a child ended",
    "a child: that has ended does nothing again",
    forgetting("step-finished", "run-finished"),
  ),
  mutant(
    "forgets how a child failed",
    "a child: that fails",
    changing("step-failed", ({ error }) => ({ error: { ...(error as object), code: "step-failed" } })),
  ),
  waits(
    mutant(
      "does not tell children apart",
      "a child: is one of several",
      running((run) => ({ child: (runnable, input) => run.child(runnable, input) })),
    ),
  ),
];
