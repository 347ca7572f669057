import { isAitorError, type Run } from "../base/index.ts";
import { failsWith, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { type EngineCases, thrownBy } from "./engine-trial.ts";

const K = { name: "flow", id: "k" };
const L = { name: "flow", id: "l" };

/** Notes each message, holds those that begin with it, and gives the message and its length. */
const handling = async (run: Run, life: Life, message: string): Promise<unknown> => {
  life.note(message);
  if (message.startsWith("held")) await run.step("hold", () => life.hold(message));
  if (message.startsWith("bad")) throw new TypeError(`cannot ${message}`);
  await run.step("s", () => {});
  return { message, length: message.length };
};

/** Asks whom the message says, as far as it says so: `k l` asks `k` with `l`. */
const asking = async (run: Run, life: Life, message: string): Promise<unknown> => {
  const [id, ...rest] = message.split(" ");
  life.note(`${String(run.key?.id)} is asked: ${message}`);
  if (id === undefined || id === "" || id === "end") return "reply";
  return [run.key?.id, await run.ask({ name: "flow" }, id, rest.join(" "))];
};

export const askCases: EngineCases = {
  "gives the reply, when it was its message's turn": async (trial) => {
    const life = await trial.open({ flow: handling });
    await life.engine.send(K, "held");
    await life.reached("held");
    const asked = life.engine.ask(K, "four");
    await life.settle();
    same(trial.notes, ["held"], "what happened before its turn");
    life.go("held");
    same(await asked, { message: "four", length: 4 }, "the reply");
  },

  "rejects with what its handler threw, and the next goes on": async (trial) => {
    const life = await trial.open({ flow: handling });
    const thrown = await thrownBy(life.engine.ask(K, "bad"), "an ask that fails");
    same([thrown["name"], thrown["message"]], ["TypeError", "cannot bad"], "the error");
    same(await life.engine.ask(K, "x"), { message: "x", length: 1 }, "the next reply");
  },

  "with an id that was asked before gives the same, also after a death": async (trial) => {
    const life = await trial.open({ flow: handling });
    const first = await Promise.all([1, 2, 3].map(() => life.engine.ask(K, "x", { id: "m" })));
    const next = await trial.kill(life);
    same(
      [...first, await next.engine.ask(K, "x", { id: "m" })],
      Array.from({ length: 4 }, () => ({ message: "x", length: 1 })),
      "the replies",
    );
    await next.engine.ask(K, "end");
    same(trial.notes, ["x", "end"], "what happened");
  },

  "whose time is over takes its message back": async (trial) => {
    const life = await trial.open({ flow: handling });
    const late = failsWith(
      "ask-timeout",
      () => life.engine.ask(K, "held", { deadline: 2 * life.tick }),
      "a late reply",
    );
    await life.reached("held");
    const behind = failsWith("ask-timeout", () => life.engine.ask(K, "x", { deadline: life.tick }), "one in the queue");
    await life.timeFor(Promise.all([late, behind]));
    await life.engine.ask(K, "next");
    same(trial.notes, ["held", "next"], "what happened");
  },

  "whose signal aborts takes its message back": async (trial) => {
    const life = await trial.open({ flow: handling });
    const controller = new AbortController();
    const { signal } = controller;
    const asked = failsWith("cancelled", () => life.engine.ask(K, "held", { signal }), "an ask that is aborted");
    await life.reached("held");
    controller.abort();
    await asked;
    await life.engine.ask(K, "next");
    same(trial.notes, ["held", "next"], "what happened");
  },

  "of a run is one message, also after a death": async (trial) => {
    const life = await trial.open({
      flow: handling,
      other: async (run) => run.ask({ name: "flow" }, "k", "held"),
    });
    life.start(undefined, { of: "other" });
    await life.reached("held");
    await life.settle();
    const next = await trial.kill(life);
    await next.engine.recover();
    const { result } = await next.resume("r", "other");
    await next.reached("held");
    next.go("held");
    same(await result, { message: "held", length: 4 }, "the run's output");
    await next.engine.ask(K, "end");
    same(trial.notes, ["held", "held", "end"], "what happened");
  },

  "of a run that is cancelled takes its message back": async (trial) => {
    const life = await trial.open({
      flow: handling,
      other: async (run) => run.ask({ name: "flow" }, "k", "held"),
    });
    const handle = life.start(undefined, { of: "other" });
    await life.reached("held");
    await handle.cancel();
    await life.engine.ask(K, "next");
    same(trial.notes, ["held", "next"], "what happened");
  },

  "that would close a cycle is refused, and the others get their replies": async (trial) => {
    const life = await trial.open({ flow: asking });
    await failsWith("ask-cycle", () => life.engine.ask(K, "k"), "one that asks itself");
    await failsWith("ask-cycle", () => life.engine.ask(K, "l m k"), "a cycle over three");
    same(await life.engine.ask(K, "l m end"), ["k", ["l", "reply"]], "a chain that is no cycle");
  },
};

export const mailboxCases: EngineCases = {
  "that is full lets senders wait, and lets them in in order": async (trial) => {
    const life = await trial.open({ flow: handling }, { limit: 1 });
    await life.engine.send(K, "held");
    await life.reached("held");
    await life.engine.send(K, "1");
    const waiting = ["2", "3"].map(async (message) => {
      await life.engine.send(K, message);
      life.note(`sent ${message}`);
    });
    await life.engine.send(L, "elsewhere");
    await life.noted("elsewhere");
    await life.settle();
    same(trial.notes, ["held", "elsewhere"], "what happened while it was full");
    life.go("held");
    await Promise.all(waiting);
    await life.noted("3");
    const handled = trial.notes.filter((note) => /^\d$/.test(note));
    same(handled, ["1", "2", "3"], "what was handled");
  },

  "that is full refuses where its definition says so, but not what it has": async (trial) => {
    const life = await trial.open({ flow: handling }, { limit: 1, whenFull: "reject" });
    await life.engine.send(K, "held");
    await life.reached("held");
    await life.engine.send(K, "1", { id: "one" });
    await failsWith("mailbox-full", () => life.engine.send(K, "2"), "one more");
    await failsWith("mailbox-full", () => life.engine.ask(K, "2"), "one more, that is asked");
    same((await life.engine.send(K, "1", { id: "one" })).duplicate, true, "whether one that waits is known");
    life.go("held");
    await life.noted("1");
    await life.settle();
    await life.engine.ask(K, "3");
    same(trial.notes, ["held", "1", "3"], "what was handled");
  },

  "of what waits for an answer refuses where its definition says so": async (trial) => {
    const life = await trial.open(
      { flow: async (run, _, message: string) => (message === "waits" ? run.waitFor("go") : message) },
      { whileSuspended: "reject" },
    );
    const { run } = await life.engine.send(K, "waits");
    const isTaken = (): Promise<boolean> =>
      life.engine.send(K, "x").then(
        () => true,
        (error: unknown) => {
          if (isAitorError(error, "agent-suspended")) return false;
          throw error;
        },
      );
    do await life.settle();
    while (await isTaken());
    await life.answer("go", { value: 1 }, run);
    await life.settle();
    same(await life.engine.ask(K, "y"), "y", "the reply afterwards");
  },
};

export const turnCases: EngineCases = {
  "comes among the messages of its key, and has it for itself": async (trial) => {
    const life = await trial.open({ flow: handling });
    await life.engine.send(K, "held");
    await life.reached("held");
    const gate = Promise.withResolvers<void>();
    const turn = life.engine.turn(K, async () => {
      life.note("turn");
      await gate.promise;
      life.note("turn done");
      return 7;
    });
    await life.settle();
    await life.engine.send(K, "behind");
    await life.settle();
    same(trial.notes, ["held"], "what happened before its turn");
    life.go("held");
    await life.noted("turn");
    await life.settle();
    same(trial.notes, ["held", "turn"], "what happened in its turn");
    gate.resolve();
    same(await turn, 7, "what it gave");
    await life.noted("behind");
    same(trial.notes, ["held", "turn", "turn done", "behind"], "what happened");
  },

  "that throws rejects with that, and the next goes on": async (trial) => {
    const life = await trial.open({ flow: handling });
    const thrown = await thrownBy(
      life.engine.turn(K, () => Promise.reject(new RangeError("no"))),
      "a turn that throws",
    );
    same(thrown["message"], "no", "the error");
    same(await life.engine.turn(K, async () => "next"), "next", "the next turn");
  },
};
