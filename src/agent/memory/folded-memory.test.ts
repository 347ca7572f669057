// Memory that is a fold of the events of the agent's runs
// - is made of what is on record: messages, steps, events of steps (step.record), and written nowhere else
// - is the same live and after a restart, whatever a handler does, and wherever processes die
// - shows others what is committed: by turns of a loop, and with the reply
// - holds what is said into a run once, and in its order, also while the run's record is being read
// - holds a run to its end, whoever cancels it, and whether or not a process has it awake
// - cannot be changed directly; what its fold cannot take is reported and left out
// - with an AppendList costs the same for each message, and shares what is in it
// - keeps its runs on record until a snapshot covers them
import { describe, expect, test } from "vitest";
import type { EventEnvelope, Run } from "../../base/index.ts";
import { atEachPoint } from "../../engine/life.fixture.ts";
import { journals, WrappedJournal } from "../../engine/journals.fixture.ts";
import { type AppendOptions, type Journal, memoryJournal } from "../../journal/index.ts";
import type { CrashPoint } from "../../testing/index.ts";
import { became, failureOf, Gates, life, stage, streamOf } from "../agent.fixture.ts";
import { defineAgent } from "../definition/agent-definition.ts";
import type { AgentContext } from "../definition/agent-options.ts";
import { AppendList } from "../definition/append-list.ts";
import { behaviourOf } from "../definition/defined-behaviour.ts";
import { recordedMemory } from "./recorded-memory.ts";

type Ctx = AgentContext<readonly string[]>;

/** It fails at its first snapshot, or when runs are first let go. */
class FailingOnce extends WrappedJournal {
  override readonly snapshots: Journal["snapshots"];
  readonly #what: string;
  hasFailed = false;

  constructor(journal: Journal, what: string) {
    super(journal);
    this.#what = what;
    const { snapshots } = journal;
    this.snapshots = {
      get: (stream, atMost) => snapshots.get(stream, atMost),
      put: (stream, snapshot) => {
        this.#fail("snapshot");
        return snapshots.put(stream, snapshot);
      },
    };
  }

  override append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void> {
    if (events.length === 0) this.#fail("release");
    return super.append(events, options);
  }

  #fail(what: string): void {
    if (this.hasFailed || what !== this.#what) return;
    this.hasFailed = true;
    throw new Error("the disk is full");
  }
}

/** What of an event the memory keeps. */
function told({ type, key, data }: EventEnvelope): string | undefined {
  switch (type) {
    case "message-received":
      return `got ${String((data as { message: unknown }).message)}`;
    case "step-finished":
      return `${key} = ${JSON.stringify((data as { result: unknown }).result)}`;
    case "turn-finished":
    case "loop-finished":
    case "branch-decided":
    case "signal-received":
    case "run-finished":
    case "run-failed":
      return `${type} ${key}`.trim();
    case "word-said":
      return `said ${String(data)}`;
    case "word-noted":
      return `noted ${String((data as { word: unknown }).word)}`;
    default:
      return undefined;
  }
}

function log(does: (message: string, ctx: Ctx) => unknown) {
  return defineAgent({
    name: "log",
    fold: {
      initial: (): readonly string[] => [],
      apply: (state, event) => {
        const text = told(event);
        return text === undefined ? state : [...state, text];
      },
    },
    onReceive: async (message: string, ctx) => does(message, ctx),
  });
}

/** Where the reading of a run's record is held. */
const READINGS = [
  "before it gives anything",
  "when it has given all",
  "when it has given what nobody was told of yet",
] as const;

/** Holds the reading of a run's record; what is noted meanwhile may be told later than it is read. */
class HeldReading extends WrappedJournal {
  readonly #begun = Promise.withResolvers<void>();
  readonly #held = Promise.withResolvers<void>();
  readonly #told = Promise.withResolvers<void>();
  readonly #stream: string;
  readonly #where: (typeof READINGS)[number];
  #isHolding = false;

  constructor(journal: Journal, stream: string, where: (typeof READINGS)[number]) {
    super(journal);
    this.#stream = stream;
    this.#where = where;
  }

  get reading(): Promise<void> {
    return this.#begun.promise;
  }

  /** The notes are recorded, and told of unless that is to come later. */
  async noted(notes: readonly Promise<void>[]): Promise<void> {
    if (this.#where !== READINGS[2]) await Promise.all(notes);
    else while ((await Array.fromAsync(this.journal.read(this.#stream))).length < 2 + notes.length) await undefined;
  }

  goOn(): void {
    this.#held.resolve();
  }

  override async append(events: readonly EventEnvelope[], options?: AppendOptions): Promise<void> {
    await super.append(events, options);
    if (this.#isHolding && this.#where === READINGS[2]) await this.#told.promise;
  }

  override read(stream: string, from?: number): AsyncIterable<EventEnvelope> {
    if (stream !== this.#stream || this.#isHolding) return super.read(stream, from);
    this.#isHolding = true;
    return this.#hold(stream, from);
  }

  async *#hold(stream: string, from?: number): AsyncGenerator<EventEnvelope, void, undefined> {
    if (this.#where === READINGS[1]) yield* super.read(stream, from);
    this.#begun.resolve();
    await this.#held.promise;
    if (this.#where !== READINGS[1]) yield* super.read(stream, from);
    // Later than all that waits for this reading.
    setTimeout(() => this.#told.resolve());
  }
}

describe.each(journals)("%s", (_, open) => {
  test("is made of what is on record, and written nowhere", async () => {
    const { host, journal } = stage(open());
    const agent = await host.open(
      log(async (message, ctx) => {
        const said = await ctx.step("say", (step) => {
          step.record("word-said", message);
          return message.length;
        });
        return [said, ctx.memory.value.length];
      }),
      "a",
    );
    expect(await agent.ask("hello", { id: "m" })).toEqual([5, 3]);
    const expected = ["got hello", "said hello", "say = 5", "run-finished"];
    expect(await agent.read()).toEqual(expected);
    const own = await streamOf(journal, "agent:log/a");
    expect(own).toMatchObject([{ type: "run-folded", run: "log/a/m", data: { version: "1" } }]);
    expect(own[0]?.data).toEqual({ version: "1" });
    expect(
      await (
        await stage(journal).host.open(
          log(() => 0),
          "a",
        )
      ).read(),
    ).toEqual(expected);
  });

  test("the failure of a handler is an event like others", async () => {
    const { host, journal } = stage(open());
    const definition = log(() => Promise.reject(new Error("no")));
    const agent = await host.open(definition, "a");
    await failureOf(agent.ask("x"));
    expect(await agent.read()).toEqual(["got x", "run-failed"]);
    expect(await (await stage(journal).host.open(definition, "a")).read()).toEqual(["got x", "run-failed"]);
  });

  test("others see what is committed: by turns of a loop, and with the reply; a restart takes nothing of it back", async () => {
    const journal = open();
    const looping = (gates: Gates) =>
      log((_m, ctx) =>
        ctx.loop("l", 0, async (n, turn) => {
          await turn.step("s", () => n);
          if (n === 2) await turn.step("hold", () => gates.hold("h"));
          return n === 2 ? { done: n } : { next: n + 1 };
        }),
      );
    const committed = ["got x", "l/#1/s = 0", "turn-finished l", "l/#2/s = 1", "turn-finished l"];
    const first = stage(journal);
    const agent = await first.host.open(looping(new Gates()), "a");
    await agent.tell("x");
    await first.clock.advance(0);
    expect(await agent.read()).toEqual(committed);
    await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
    const gates = new Gates();
    const second = stage(journal);
    const again = await second.host.open(looping(gates), "a");
    expect(await again.read()).toEqual(committed);
    await second.clock.advance(0);
    expect(await again.read()).toEqual(committed);
    gates.open("h");
    await second.clock.advance(0);
    const whole = [...committed, "l/#3/s = 2", "l/#3/hold = null", "loop-finished l", "run-finished"];
    expect(await again.read()).toEqual(whole);
    expect(await (await stage(journal).host.open(looping(gates), "a")).read()).toEqual(whole);
  });

  test("what is cancelled while nobody has it awake is in it to its end, as if somebody had", async () => {
    const journal = open();
    const definition = log((_m, ctx) =>
      ctx.loop("l", 0, async (n, turn) => {
        await turn.step("s", () => n);
        if (n === 1) await turn.waitFor("go");
        return n === 1 ? { done: n } : { next: n + 1 };
      }),
    );
    const first = stage(journal);
    const agent = await first.host.open(definition, "a");
    await agent.tell("x", { id: "m" });
    await first.clock.advance(0);
    const committed = await agent.read();
    expect(committed).toEqual(["got x", "l/#1/s = 0", "turn-finished l"]);
    await first.host.shutdown();
    const other = defineAgent({ name: "other", memory: () => 0, onReceive: () => 0 });
    const beside = stage(journal, { agents: [other] });
    await beside.host.ready();
    await beside.host.cancel("log/a/m");
    const whole = [...committed, "l/#2/s = 1"];
    const behaviour = behaviourOf(definition);
    expect(await recordedMemory(journal, { name: "log", id: "a" }, { behaviour })).toEqual(whole);
    const again = await stage(journal).host.open(definition, "a");
    expect(await again.read()).toEqual(whole);
    expect(await again.read()).toEqual(whole);
  });

  test("what was cancelled so comes before what was folded later, and is in what a later run began with", async () => {
    const journal = open();
    const definition = log((message, ctx) =>
      ctx.loop("l", 0, async (n, turn) => {
        await turn.step("s", () => n);
        if (n === 1 && message === "waits") await turn.waitFor("go");
        return n === 1 ? { done: n } : { next: n + 1 };
      }),
    );
    const first = stage(journal);
    await (await first.host.open(definition, "a")).tell("waits", { id: "m" });
    await first.clock.advance(0);
    await first.host.shutdown();
    const { host, clock } = stage(journal, { recover: false });
    const agent = await host.open(definition, "a");
    const turn = ["l/#1/s = 0", "turn-finished l"];
    const committed = ["got waits", ...turn];
    // It is awake before, and does not stay as it was.
    expect(await agent.read()).toEqual(committed);
    await host.cancel("log/a/m");
    const before = [...committed, "l/#2/s = 1"];
    expect(await agent.read()).toEqual(before);
    await agent.tell("goes", { id: "n" });
    await clock.advance(0);
    const whole = [...before, "got goes", ...turn, "l/#2/s = 1", "loop-finished l", "run-finished"];
    expect(await agent.read()).toEqual(whole);
    expect(await (await stage(journal).host.open(definition, "a")).read()).toEqual(whole);
    expect(await host.runs.memoryBefore(definition, "log/a/n")).toEqual(before);
    expect(await host.runs.memoryBefore(definition, "log/a/m")).toEqual([]);
    const [commit] = await streamOf(journal, "agent:log/a");
    expect(await (await agent.fork("then", { at: commit?.seq ?? 0 })).read()).toEqual(committed);
  });

  test("a snapshot holds the rest of what was cancelled so once", async () => {
    const journal = open();
    const definition = log((message, ctx) =>
      ctx.loop("l", 0, async (n, turn) => {
        for (let i = 0; i < 350; i++) await turn.step("s", () => n);
        if (n === 1) await turn.waitFor(message);
        return n === 1 ? { done: n } : { next: n + 1 };
      }),
    );
    const first = stage(journal);
    await (await first.host.open(definition, "a")).tell("go", { id: "m" });
    await first.clock.advance(0);
    await first.host.shutdown();
    const second = stage(journal, { recover: false });
    const agent = await second.host.open(definition, "a");
    await agent.read();
    await second.host.cancel("log/a/m");
    const whole = await agent.read();
    expect(whole).toHaveLength(2 + 700);
    await second.clock.advance(0);
    expect(await journal.snapshots.get("agent:log/a")).toBeDefined();
    expect(await (await stage(journal).host.open(definition, "a")).read()).toEqual(whole);
  });

  test("turns of loops side by side that end at the same time are told each as it is on record", async () => {
    const { host, journal } = stage(open());
    const loop = (run: Run): Promise<number> =>
      run.loop("l", 1, async (n) => (n === 3 ? { done: n } : { next: n + 1 }));
    const agent = await host.open(
      log((_, ctx) =>
        ctx.all([
          { name: "left", run: loop },
          { name: "right", run: loop },
        ]),
      ),
      "a",
    );
    const told: number[] = [];
    agent.observe((event) => {
      if (event.type === "memory-changed") told.push(event.seq);
    });
    await agent.ask("x");
    const commits = (await streamOf(journal, "agent:log/a")).filter(({ type }) => type === "run-folded");
    expect(told).toEqual(commits.map(({ seq }) => seq));
    expect(told).toHaveLength(7);
  });

  test("it cannot be changed directly", async () => {
    const { host } = stage(open());
    const codes: unknown[] = [];
    const agent = await host.open(
      log((_m, ctx) => {
        try {
          ctx.memory.update(() => ["x"]);
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
      }),
      "a",
    );
    await agent.ask("x");
    expect(codes).toEqual(["memory-folded"]);
    expect(await failureOf(agent.update(() => ["x"]))).toMatchObject({ code: "memory-folded" });
    expect(await agent.read()).toEqual(["got x", "run-finished"]);
  });

  test("null is a state as any other", async () => {
    const journal = open();
    const last = defineAgent({
      name: "last",
      fold: {
        initial: () => null as string | null,
        apply: (state, { type, data }) =>
          type === "message-received" ? (data as { message: string | null }).message : state,
      },
      onReceive: (_text: string | null, ctx) => ctx.memory.value,
    });
    const agent = await stage(journal).host.open(last, "a");
    expect([await agent.ask("x"), await agent.ask(null), await agent.read()]).toEqual(["x", null, null]);
    expect(await (await stage(journal).host.open(last, "a")).read()).toBe(null);
  });

  test("the fold may be an object of a class", async () => {
    class Counting {
      readonly #first = 5;
      initial(): number {
        return this.#first;
      }
      apply(n: number, { type }: EventEnvelope): number {
        return type === "message-received" ? n + 1 : n;
      }
    }
    const counter = defineAgent({
      name: "counter",
      fold: new Counting(),
      onReceive: (_text: string, ctx) => ctx.memory.value,
    });
    expect(await (await stage(open()).host.open(counter, "a")).ask("x")).toBe(6);
  });

  test("what the fold cannot take is reported and left out, live and after a restart", async () => {
    const journal = open();
    const picky = defineAgent({
      name: "log",
      fold: {
        initial: () => [] as string[],
        apply: (state, event: EventEnvelope) => {
          if (event.type !== "message-received") return state;
          const { message } = event.data as { message: string };
          if (message === "bad") throw new Error("cannot take this");
          return [...state, message];
        },
      },
      onReceive: (text: string) => text,
    });
    const first = stage(journal);
    const agent = await first.host.open(picky, "a");
    for (const message of ["1", "bad", "2"]) await agent.ask(message);
    expect(await agent.read()).toEqual(["1", "2"]);
    expect(first.failures).toMatchObject([{ type: "event-left-out", error: { message: "cannot take this" } }]);
    const second = stage(journal);
    expect(await (await second.host.open(picky, "a")).read()).toEqual(["1", "2"]);
    expect(second.failures).toMatchObject([{ type: "event-left-out" }]);
  });

  describe.each(READINGS)("what is noted in a run whose record is being read: %s", (where) => {
    const noted = log((_message, ctx) => ctx.step("see", () => ctx.memory.value.length));

    test("is in memory once, and in its order", async () => {
      const journal = new HeldReading(open(), "log/a/m", where);
      const { host } = stage(journal);
      const agent = await host.open(noted, "a");
      const asked = agent.ask("x", { id: "m" });
      await journal.reading;
      const notes = ["1", "2"].map((word) => host.runs.note("log/a/m", "word-noted", { word }));
      await journal.noted(notes);
      journal.goOn();
      await Promise.all([asked, ...notes]);
      expect(await agent.read()).toEqual(["got x", "noted 1", "noted 2", "see = 3", "run-finished"]);
      expect(await (await stage(journal).host.open(noted, "a")).read()).toEqual(await agent.read());
      expect(await host.runs.replay(noted, "log/a/m")).toMatchObject({ same: true });
    });

    test("is in memory as it is on record, where the run is cancelled meanwhile", async () => {
      const journal = new HeldReading(open(), "log/a/m", where);
      const { host } = stage(journal);
      const agent = await host.open(noted, "a");
      const asked = became(agent.ask("x", { id: "m" }));
      await journal.reading;
      const note = host.runs.note("log/a/m", "word-noted", { word: "1" });
      await journal.noted([note]);
      const cancelled = agent.cancel("log/a/m");
      journal.goOn();
      await Promise.all([note, cancelled]);
      expect(asked.error).toMatchObject({ code: "cancelled" });
      await agent.ask("y");
      const now = await agent.read();
      expect(now.slice(-3)).toEqual(["got y", `see = ${now.length - 2}`, "run-finished"]);
      expect(await (await stage(journal).host.open(noted, "a")).read()).toEqual(now);
    });
  });

  test("messages that are cancelled before they are handled are no part of it", async () => {
    const { host, journal, clock } = stage(open());
    const gates = new Gates();
    const definition = log(async (message, ctx) => {
      if (message === "hold") await ctx.step("hold", () => gates.hold("h"));
    });
    const agent = await host.open(definition, "a");
    await agent.tell("hold");
    await agent.tell("x", { id: "x" });
    await clock.advance(0);
    await agent.cancel("log/a/x");
    gates.open("h");
    await agent.ask("y");
    const expected = ["got hold", "hold = null", "run-finished", "got y", "run-finished"];
    expect(await agent.read()).toEqual(expected);
    expect(await (await stage(journal).host.open(definition, "a")).read()).toEqual(expected);
  });

  test("a message that is cancelled while its agent wakes does not spoil the next one", async () => {
    const { host, journal, clock } = stage(open());
    const definition = log(() => null);
    const agent = await host.open(definition, "a");
    await agent.tell("1", { id: "m" });
    await agent.cancel("log/a/m");
    await agent.ask("2");
    await clock.advance(0);
    const now = await agent.read();
    expect(now.slice(-2)).toEqual(["got 2", "run-finished"]);
    expect(await (await stage(journal).host.open(definition, "a")).read()).toEqual(now);
  });
});

describe("wherever a process dies, memory is the fold of what is on record:", () => {
  const handlers: Record<string, (message: string, ctx: Ctx) => Promise<unknown>> = {
    "steps, and what they record": async (message, ctx) => {
      const a = await ctx.step("a", (step) => (step.record("word-said", message), 1));
      return a + (await ctx.step("b", () => 2));
    },
    "a loop between steps": async (_m, ctx) => {
      await ctx.step("a", () => 1);
      await ctx.loop("l", 0, async (n, turn) => {
        await turn.step("s", (step) => (step.record("word-said", n), n));
        return n === 2 ? { done: n } : { next: n + 1 };
      });
      return ctx.step("b", () => 2);
    },
    "loops in branches, and in turns": async (_m, ctx) => {
      await ctx.all([
        {
          name: "left",
          run: (b) =>
            b.loop("l", 0, async (n, t) => (await t.step("s", async () => n), n === 1 ? { done: n } : { next: 1 })),
        },
        { name: "right", run: async (b) => (await b.step("s", () => 1)) + (await b.step("t", async () => 2)) },
      ]);
      await ctx.loop("outer", 0, async (n, turn) => {
        await turn.loop("inner", 0, async (m, t) => (await t.step("s", () => m), m === 1 ? { done: m } : { next: 1 }));
        return n === 1 ? { done: n } : { next: n + 1 };
      });
      return null;
    },
    "a race whose loser had turns": async (_m, ctx) => {
      await ctx.race([
        {
          name: "loser",
          run: (b) => b.loop("l", 0, async (n, turn) => (await turn.step("s", () => n), { next: n + 1 })),
        },
        {
          name: "winner",
          run: async (b) => {
            for (let n = 0; n < 3; n++) await b.step("w", () => n);
          },
        },
      ]);
      return ctx.step("after", () => 1);
    },
    failures: async (message, ctx) => {
      await ctx.step("a", () => 1);
      if (message === "2") throw new Error("no");
      return null;
    },
  };

  /** The fold, by itself, of what a journal holds. */
  async function folded(journal: ReturnType<typeof memoryJournal>): Promise<string[]> {
    const all: string[] = [];
    for (const message of ["1", "2", "3"]) {
      for (const event of await streamOf(journal, `log/a/${message}`)) all.push(...[told(event) ?? []].flat());
    }
    return all;
  }

  const limits = [Infinity, 1] as const;
  const cases = limits.flatMap((history) => Object.entries(handlers).map((each) => [history, ...each] as const));

  test.each(cases)("a history of %d changes: %s", async (history, _what, handle) => {
    const seen: unknown[] = [];
    const live = async (journal: ReturnType<typeof memoryJournal>, point?: CrashPoint) => {
      const process = life(journal, point, { history });
      const definition = log(async (message, ctx) => {
        const reply = await handle(message, ctx);
        if (process.alive()) seen.push([message, ctx.memory.value]);
        return reply;
      });
      void process.host.open(definition, "a").then((opened) => {
        for (const message of ["1", "2", "3"]) void opened.tell(message, { id: message }).catch(() => {});
      });
      await process.clock.advance("1m");
      return { ...process, definition };
    };
    const whole = await live(memoryJournal());
    await atEachPoint(whole.journal.appends, async (point) => {
      const on = memoryJournal();
      await live(on, point);
      const { host, definition } = await live(on);
      const expected = await folded(on);
      expect(expected.filter((text) => text.startsWith("got "))).toEqual(["got 1", "got 2", "got 3"]);
      expect(await (await host.open(definition, "a")).read()).toEqual(expected);
      expect(await (await stage(on).host.open(definition, "a")).read()).toEqual(expected);
    });
    expect(seen.length).toBeGreaterThan(0);
  });
});

describe("an AppendList", () => {
  const list = (does: (message: string, ctx: AgentContext<AppendList<string>>) => unknown = () => null) =>
    defineAgent({
      name: "list",
      fold: {
        initial: () => AppendList.of<string>(),
        apply: (state, event: EventEnvelope) =>
          event.type === "message-received" ? state.append((event.data as { message: string }).message) : state,
      },
      codec: { encode: (state) => state.toJSON(), decode: (value) => AppendList.of(value as string[]) },
      onReceive: async (message: string, ctx) => does(message, ctx as never),
    });

  test("is a value: what is appended is in the longer one alone, and all share their items", () => {
    const a = AppendList.of([1, 2]);
    const b = a.append(3);
    const c = a.append(4);
    const d = b.append(5, 6);
    expect([[...a], [...b], [...c], [...d]]).toEqual([
      [1, 2],
      [1, 2, 3],
      [1, 2, 4],
      [1, 2, 3, 5, 6],
    ]);
    expect([d.length, d.at(0), d.at(-1), d.at(5), d.at(-6), a.at(2)]).toEqual([
      5,
      1,
      6,
      undefined,
      undefined,
      undefined,
    ]);
    expect([d.slice(), d.slice(1, 3), d.slice(-2), d.slice(0, -1), a.slice(0, 9), d.slice(3, 1)]).toEqual([
      [1, 2, 3, 5, 6],
      [2, 3],
      [5, 6],
      [1, 2, 3, 5],
      [1, 2],
      [],
    ]);
    expect(JSON.stringify(d)).toBe("[1,2,3,5,6]");
  });

  test("of a memory stays what it was for those who read it before", async () => {
    const { host } = stage();
    const agent = await host.open(list(), "a");
    await agent.ask("1");
    const before = await agent.read();
    await agent.ask("2");
    expect([...before]).toEqual(["1"]);
    expect([...(await agent.read())]).toEqual(["1", "2"]);
  });

  test("survives its process, with the codec that it needs", async () => {
    const journal = memoryJournal();
    const first = stage(journal);
    const agent = await first.host.open(list(), "a");
    for (const message of ["1", "2"]) await agent.ask(message);
    await first.host.shutdown();
    const again = await stage(journal).host.open(list(), "a");
    await again.ask("3");
    expect([...(await again.read())]).toEqual(["1", "2", "3"]);
  });
});

describe("the runs of a folded memory", () => {
  const counting = () =>
    defineAgent({
      name: "count",
      fold: {
        initial: () => 0,
        apply: (state, event: EventEnvelope) => (event.type === "message-received" ? state + 1 : state),
      },
      onReceive: (text: string) => text,
    });
  const keptUntil = async (journal: Journal, run: string): Promise<unknown> => {
    for await (const head of journal.heads({ stream: run })) return head.keepUntil;
    return "nothing";
  };

  test("are kept on record until a snapshot covers them, and as long as their ids are to be known", async () => {
    const { host, journal, clock } = stage(memoryJournal(), { dedupe: "1h" });
    const agent = await host.open(counting(), "a");
    await agent.ask("x", { id: "first" });
    expect(await keptUntil(journal, "count/a/first")).toBe(Infinity);
    for (let n = 0; n < 300; n++) await agent.ask("x");
    await clock.advance(0);
    expect(await journal.snapshots.get("agent:count/a")).toMatchObject({ state: { v: 1, version: "1" } });
    expect(await keptUntil(journal, "count/a/first")).toBe(clock.now() + 3_600_000);
  });

  test.each(["snapshot", "release"])(
    "are kept until then also where the journal fails once: at the %s",
    async (what) => {
      const failing = new FailingOnce(memoryJournal(), what);
      const { host, journal, clock } = stage(failing, { dedupe: "1h" });
      const agent = await host.open(counting(), "a");
      for (let n = 0; n < 600; n++) await agent.ask("x", { id: `m${n}` });
      await clock.advance(0);
      expect(failing.hasFailed).toBe(true);
      expect(await keptUntil(journal, "count/a/m0")).toBe(clock.now() + 3_600_000);
    },
  );

  test("may be forgotten then: memory is made of the snapshot, and what came after it", async () => {
    const { host, journal, clock } = stage();
    const agent = await host.open(counting(), "a");
    for (let n = 0; n < 300; n++) await agent.ask("x", { id: `m${n}` });
    await clock.advance(0);
    for (let n = 0; n < 300; n++) {
      if ((await keptUntil(journal, `count/a/m${n}`)) !== Infinity) await journal.drop(`count/a/m${n}`);
    }
    expect(await keptUntil(journal, "count/a/m0")).toBe("nothing");
    expect(await (await stage(journal).host.open(counting(), "a")).read()).toBe(300);
  });
});

test("a handler that waits sees in its memory what came meanwhile", async () => {
  const { host, clock } = stage();
  const agent = await host.open(
    log(async (_m, ctx) => {
      await ctx.waitFor("go");
      return ctx.memory.value;
    }),
    "a",
  );
  const asked = became(agent.ask("x"));
  await clock.advance(0);
  const [pending] = await agent.pending();
  await agent.answer(pending as never, { value: 1 });
  await clock.advance(0);
  expect(asked.value).toEqual(["got x", "signal-received go"]);
});
