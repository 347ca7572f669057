import { isAitorError, type Run, type StepContext } from "../base/index.ts";
import {
  changing,
  engine,
  type EngineMutant,
  forgetting,
  forgettingLast,
  forgettingThose,
  mutant,
  running,
  stepping,
  waits,
  without,
} from "./engine-mutant.fixture.ts";

export const runMutants: readonly EngineMutant[] = [
  mutant("forgets how a run ended", "a run: gives its recorded result", forgetting("run-finished")),
  mutant(
    "forgets what a run failed with",
    "a run: fails with what its body throws",
    changing("run-failed", ({ error }) => ({ error: { ...(error as object), data: undefined } })),
  ),
  mutant(
    "gives a run another id where its own is taken",
    "a run: has an id that no other has",
    engine((good) => ({
      start: (runnable, input, options) => {
        const first = good.start(runnable, input, options);
        const retried = first.result.catch((error: unknown) => {
          if (isAitorError(error, "run-exists")) return good.run(runnable, input);
          throw error;
        });
        return { ...first, id: first.id, result: retried, [Symbol.asyncIterator]: () => first[Symbol.asyncIterator]() };
      },
    })),
  ),
  mutant(
    "goes on with a run by another definition",
    "a run: is not gone on with by another definition",
    engine((good) => ({
      resume: async (runnable, id) => {
        try {
          return await good.resume(runnable, id);
        } catch (error) {
          if (!isAitorError(error, "run-mismatch")) throw error;
          const { recorded: name } = error.data as { recorded: string };
          return good.resume({ ...runnable, name }, id);
        }
      },
    })),
  ),
  mutant(
    "makes JSON of an input that is none",
    "a run: does not begin with an input",
    engine((good) => ({
      start: (runnable, input, options) => good.start(runnable, String(input) as never, options),
    })),
  ),
  mutant("recovers at a new run", "recovery: is not what a new run does", {
    engine: (good) => ({
      start: (...call) => {
        void good.recover();
        return good.start(...call);
      },
    }),
  }),
  mutant("takes code of every version for the same", "other code: that names a step otherwise", {
    definition: (definition) => ({ ...definition, version: "1" }),
  }),
  mutant(
    "forgets what a run waits for",
    "other code: that does something before what the run waits for",
    forgetting("signal-awaited"),
  ),
  mutant(
    "forgets whom a run waits for",
    "other code: that does not wait for what the run waits for",
    changing("step-started", ({ name, effect, input }) => ({ name, effect, input })),
  ),
  mutant(
    "does not look at what a step is asked with",
    "other code: that gives a step another input",
    stepping((options) => without(options, "input")),
  ),
  mutant(
    "forks from the very beginning",
    "a fork: goes on from",
    engine((good) => ({
      fork: async (runnable, _, options) => good.start(runnable, undefined as never, { id: options?.as ?? "fork" }),
    })),
  ),
  mutant(
    "goes on with a run itself instead of its fork",
    "a fork: goes on from",
    engine((good) => ({ fork: async (runnable, id) => good.resume(runnable, id) })),
  ),
  mutant(
    "tells the first events again",
    "events: of a run are told in order",
    engine((good) => ({
      start: (...call) => {
        const handle = good.start(...call);
        return {
          ...handle,
          async *[Symbol.asyncIterator]() {
            for await (const event of handle) {
              yield event;
              if (event.type === "run-started") yield event;
            }
          },
        };
      },
    })),
  ),
  mutant(
    "does not tell the end",
    "events: of a run are told in order",
    engine((good) => ({
      start: (...call) => {
        const handle = good.start(...call);
        return {
          ...handle,
          async *[Symbol.asyncIterator]() {
            for await (const event of handle) if (event.type !== "run-finished") yield event;
          },
        };
      },
    })),
  ),
  mutant(
    "tells for ever, once asked to",
    "events: of every run are told",
    engine((good) => ({
      observe: (listener) => {
        good.observe(listener);
        return () => {};
      },
    })),
  ),
];

let scopes = 0;

/** Steps whose function is given another context. */
function context(change: (step: StepContext) => Partial<StepContext>) {
  return running((run) => ({
    step: (name, fn, options) =>
      run.step(
        name,
        (step) =>
          fn({
            key: step.key,
            idempotencyKey: step.idempotencyKey,
            attempt: step.attempt,
            again: step.again,
            interrupted: step.interrupted,
            abortSignal: step.abortSignal,
            record: (type, data) => step.record(type, data),
            progress: (update) => step.progress(update),
            defer: (release) => step.defer(release),
            ...change(step),
          }),
        options,
      ),
  }));
}

export const stepMutants: readonly EngineMutant[] = [
  mutant("runs a finished step again after a death", "a step: that finished does not run again, however", {
    ...forgetting("step-finished"),
  }),
  mutant(
    "forgets the last finished step at a death",
    "a step: that finished does not run again, wherever",
    forgettingLast("step-finished"),
  ),
  mutant("forgets a failure", "a step: that failed throws the same", forgetting("step-failed")),
  mutant(
    "forgets why a step failed",
    "a step: that failed throws the same",
    changing("step-failed", ({ error }) => ({ error: { ...(error as object), data: undefined, retryable: true } })),
  ),
  mutant(
    "makes JSON of a result that is none",
    "a step: fails with a result that is not JSON",
    running((run) => ({
      step: (name, fn, options) =>
        run.step(name, async (step) => JSON.parse(JSON.stringify((await fn(step)) ?? null)) as never, options),
    })),
  ),
  mutant(
    "gives a result other than it was",
    "a step: gives what its function gave",
    changing("step-finished", ({ result }) => ({ result: result ?? 0 })),
  ),
  mutant(
    "lets two steps of one name be open",
    "a step: is ambiguous",
    running((run) => {
      let steps = 0;
      return {
        step: (name, fn, options) =>
          run.step(typeof name === "string" ? { name, key: `${++steps}` } : name, fn, options),
      };
    }),
  ),
  mutant(
    "does not repeat what failed",
    "an attempt: is repeated until",
    stepping((options) => without(options, "retry")),
  ),
  mutant(
    "repeats what failed one time too often",
    "an attempt: is repeated until",
    stepping((options) => {
      const { retry } = options;
      return typeof retry === "object" ? { ...options, retry: { ...retry, attempts: retry.attempts + 1 } } : options;
    }),
  ),
  mutant(
    "repeats though nobody asked for it",
    "an attempt: is the only one",
    stepping((options) => ({ retry: { attempts: 2, initialDelay: 0 }, ...options })),
  ),
  mutant(
    "repeats at once",
    "an attempt: is not repeated before",
    stepping((options) => {
      const { retry } = options;
      return typeof retry === "object" ? { ...options, retry: { ...retry, initialDelay: 0 } } : options;
    }),
  ),
  mutant(
    "repeats after a final error",
    "an attempt: is not repeated after",
    running((run) => ({
      step: (name, fn, options) =>
        run.step(
          name,
          async (step) => {
            try {
              return await fn(step);
            } catch (error) {
              throw new Error("it failed", { cause: error });
            }
          },
          options,
        ) as never,
    })),
  ),
  mutant("forgets attempts that failed", "an attempt: that failed on record", forgetting("step-retried")),
  waits(
    mutant(
      "has no time-outs",
      "an attempt: is cut off at its time-out",
      stepping((options) => without(options, "timeout")),
    ),
  ),
  mutant(
    "gives each attempt an idempotency key of its own",
    "an attempt: has one idempotency key",
    context(({ idempotencyKey, attempt }) => ({ idempotencyKey: `${idempotencyKey}.${attempt}` })),
  ),
  mutant(
    "gives runs the same idempotency keys",
    "an attempt: has one idempotency key",
    context(({ key }) => ({ idempotencyKey: key })),
  ),
  mutant(
    "does not wait for releases",
    "an attempt: gives back what it took, in reverse",
    context((step) => ({
      defer: (release) =>
        step.defer(() => {
          void (async () => release())().catch(() => {});
        }),
    })),
  ),
  mutant(
    "gives back nothing",
    "an attempt: gives back what it took though",
    context(() => ({ defer: () => {} })),
  ),
  mutant(
    "forgets what finished in scopes",
    "a scope: begins names anew",
    forgettingThose(({ type, key }) => type === "step-finished" && key.includes("/")),
  ),
  waits(
    mutant(
      "lets what is open in a scope go on",
      "a scope: may be open beside others",
      running((run) => ({
        scope: (name, body) =>
          run.scope(name, (scope) => {
            const step: Run["step"] = (of, fn, options) =>
              of === "open" ? run.step({ name: "open", key: `${++scopes}` }, fn, options) : scope.step(of, fn, options);
            return body({ ...scope, step });
          }),
      })),
    ),
  ),
];

export const loopMutants: readonly EngineMutant[] = [
  mutant("forgets who won", "branches: race: who decided on record", forgetting("branch-decided")),
  mutant("forgets who failed first", "branches: all: who failed first", forgetting("branch-decided")),
  mutant(
    "takes another branch than the one that decided",
    "branches: race: who decided on record",
    changing("branch-decided", () => ({ branch: "a" })),
  ),
  waits(
    mutant(
      "waits for all in a race",
      "branches: race: the first decides",
      running((run) => ({ race: async (branches) => (await run.all(branches))[0] as never })),
    ),
  ),
  mutant(
    "fails when one branch fails, where it must wait for all",
    "branches: settle",
    running((run) => ({
      settle: async (branches) => {
        const values = await run.all(branches);
        return (values as unknown[]).map((value) => ({ status: "fulfilled", value })) as never;
      },
    })),
  ),
  mutant(
    "gives results in the order in which branches end",
    "branches: all give their results",
    running((run) => ({
      all: async (branches) => {
        const results: unknown[] = [];
        await run.all(
          branches.map((each) => ({
            name: each.name,
            run: async (branch) => void results.push(await each.run(branch)),
          })),
        );
        return results as never;
      },
    })),
  ),
  mutant("forgets the last turn of a loop", "a loop: goes on after a death", forgettingLast("turn-finished")),
  waits(mutant("forgets all turns of a loop", "a loop: is a commit point", forgetting("turn-finished"))),
  mutant("forgets the end of a loop", "a loop: that is over", forgetting("loop-finished")),
  mutant(
    "begins each turn with the first state",
    "a loop: takes turn after turn",
    running((run) => ({
      loop: (name, initial, turn) => {
        let turns = 0;
        return run.loop(name, initial, (_, scope) =>
          ++turns > 9 ? Promise.reject(new Error("endless")) : turn(initial, scope),
        );
      },
    })),
  ),
];
