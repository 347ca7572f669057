import { AitorError, isAitorError, type Keeper } from "../base/index.ts";
import { engine, type EngineMutant, mutant, running, waits, without } from "./engine-mutant.fixture.ts";
import type { Fault } from "./embedded-engine.fixture.ts";

/** Keepers are told otherwise. */
function keeping(change: (keeper: Keeper) => Partial<Keeper>): Fault {
  return running((run) => ({
    keep: (keeper) =>
      run.keep({
        check: () => keeper.check?.(),
        commit: (point) => keeper.commit(point),
        committed: (point) => keeper.committed(point),
        resumedBehind: (seq) => keeper.resumedBehind(seq),
        replayed: (key) => keeper.replayed(key),
        recorded: (event) => keeper.recorded(event),
        halted: () => keeper.halted(),
        ...change(keeper),
      }),
  }));
}

const late = new AitorError({ code: "ask-timeout", message: "late", expected: "x", got: "y", fix: "z" });

let numbers = 0;

export const agentMutants: readonly EngineMutant[] = [
  mutant(
    "replies with the receipt",
    "an ask: gives the reply",
    engine((good) => ({ ask: (...call) => good.send(...call) })),
  ),
  mutant(
    "swallows the failure of an ask",
    "an ask: rejects with what",
    engine((good) => ({ ask: (...call) => good.ask(...call).catch(() => undefined) })),
  ),
  mutant(
    "asks anew with an id that is known",
    "an ask: with an id",
    engine((good) => ({ ask: (key, message, options = {}) => good.ask(key, message, without(options, "id")) })),
  ),
  waits(
    mutant("leaves a message whose time is over", "an ask: whose time is over", {
      engine: (good, { clock }) => ({
        ask: (key, message, options = {}) => {
          const { deadline } = options;
          if (typeof deadline !== "number") return good.ask(key, message, options);
          const asked = good.ask(key, message === "held" ? "held, but let go" : message);
          asked.catch(() => {});
          return new Promise((_, reject) => clock.timer(deadline, () => reject(late)));
        },
      }),
    }),
  ),
  waits(
    mutant(
      "keeps silent about what stands still",
      "other code: that does not fit a message",
      engine((good) => ({
        ask: (...call) =>
          good.ask(...call).catch((error: unknown) => {
            if (isAitorError(error, "agent-halted")) return new Promise(() => {});
            throw error;
          }),
      })),
    ),
  ),
  waits(
    mutant(
      "does not hear a signal",
      "an ask: whose signal aborts",
      engine((good) => ({ ask: (key, message, options = {}) => good.ask(key, message, without(options, "signal")) })),
    ),
  ),
  mutant(
    "asks with another message after a death",
    "an ask: of a run is one message",
    running((run, { life }) => ({
      ask: (agent, id, message, options) => run.ask(agent, id, message, { ...options, key: `life ${life}` }),
    })),
  ),
  waits(
    mutant(
      "leaves the message of a run that is cancelled",
      "an ask: of a run that is cancelled",
      running((run) => ({
        ask: ({ name }, id, message, options) =>
          run.step(`ask ${String(options?.key)}`, async () => {
            await run.tell({ name }, id, message as never, { key: `k${++numbers}` }).catch(() => {});
            return new Promise<never>(() => {});
          }),
      })),
    ),
  ),
  waits(
    mutant(
      "lets cycles wait",
      "an ask: that would close a cycle",
      running((run) => ({
        ask: async (...call) =>
          run.ask(...call).catch((error: unknown) => {
            if ((error as { code?: string }).code === "ask-cycle") return new Promise<never>(() => {});
            throw error;
          }),
      })),
    ),
  ),
  mutant("has room for all", "a mailbox: that is full lets", {
    definition: (definition) => without(definition, "mailbox"),
  }),
  mutant("refuses nobody", "a mailbox: that is full refuses", {
    definition: (definition) => without(definition, "mailbox"),
  }),
  mutant(
    "refuses what it has",
    "a mailbox: that is full refuses",
    engine((good) => ({ send: (key, message, options = {}) => good.send(key, message, without(options, "id")) })),
  ),
  waits(
    mutant("takes what comes while it waits for an answer", "a mailbox: of what waits", {
      definition: (definition) => without(definition, "mailbox"),
    }),
  ),
  mutant(
    "does a turn at once",
    "a turn: comes among the messages",
    engine(() => ({ turn: (_key, work) => work() })),
  ),
  mutant(
    "swallows what a turn throws",
    "a turn: that throws",
    engine((good) => ({ turn: (key, work) => good.turn(key, work).catch(() => undefined as never) })),
  ),
  mutant(
    "knows no dead letters",
    "a dead letter: is a message that failed",
    engine(() => ({
      deadLetters: async function* () {
        // None.
      },
    })),
  ),
  mutant(
    "takes what was asked for a dead letter",
    "a dead letter: is a message that failed",
    engine((good) => ({
      ask: async (key, message, options) => {
        await good.send(key, message, options);
        return undefined;
      },
    })),
  ),
  mutant(
    "sends a dead letter again and again",
    "a dead letter: is sent again once",
    engine((good) => ({
      sendAgain: async (run) => {
        for await (const { run: of, to, message } of good.deadLetters()) if (of === run) return good.send(to, message);
        return good.sendAgain(run);
      },
    })),
  ),
  mutant(
    "asks no keeper at turns",
    "a keeper: is asked at each",
    keeping((keeper) => ({
      commit: (point) => (point.type === "turn-finished" ? undefined : keeper.commit(point)),
    })),
  ),
  mutant(
    "ends a turn that a keeper refuses",
    "a keeper: may refuse the end of a turn",
    keeping(() => ({ check: () => {} })),
  ),
  mutant(
    "tells a keeper nothing of what is durable",
    "a keeper: is asked at each",
    keeping(() => ({ committed: () => {} })),
  ),
  mutant(
    "tells a keeper nothing of the commit point that it goes on behind",
    "a keeper: is told, after a death",
    keeping(() => ({ resumedBehind: () => {} })),
  ),
  mutant(
    "tells a keeper nothing of what is on record",
    "a keeper: is told, after a death",
    keeping(() => ({ replayed: () => {} })),
  ),
  mutant(
    "takes a failure for no commit point",
    "a keeper: is told of a failure",
    keeping((keeper) => ({
      commit: (point) => (point.type === "run-failed" ? undefined : keeper.commit(point)),
    })),
  ),
  mutant(
    "tells a keeper nothing of a halt",
    "a keeper: is told that its run was halted",
    keeping(() => ({ halted: () => {} })),
  ),
  mutant(
    "lets a keeper change its state anywhere",
    "a keeper: may change its state",
    running((run) => ({ keep: (keeper) => (run.keep(keeper), { alone: true }) })),
  ),
];
