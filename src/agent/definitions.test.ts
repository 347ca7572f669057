// How an agent is defined and opened
// - by defineAgent, by a class that extends Aitor, or at once by new Aitor, which opens it on the process's own host
// - a name is one definition on a host; other hosts know nothing of it; opened under many ids, each has its own memory
// - a workflow in place of a handler: its output is the reply, and what memory keeps of it is recorded with that
// - what does not make sense is refused where it is made
import { afterEach, describe, expect, test } from "vitest";
import { Aitorflow, task } from "../flow/index.ts";
import { journals } from "../engine/journals.fixture.ts";
import { memoryJournal } from "../journal/index.ts";
import { failureOf, stage, streamOf } from "./agent.fixture.ts";
import { agentRef, defineAgent } from "./definition/agent-definition.ts";
import type { AgentContext } from "./definition/agent-options.ts";
import { Aitor, type AgentPlace } from "./host/aitor.ts";
import { AitorHost } from "./aitor-host.ts";

afterEach(() => Aitor.shutdown());

const counter = (name = "counter") =>
  defineAgent({
    name,
    memory: () => ({ n: 0 }),
    onReceive: (by: number, ctx) => {
      ctx.memory.update((draft) => void (draft.n += by));
      return ctx.memory.value.n;
    },
  });

describe("a definition", () => {
  test("has a name and a version, and cannot be changed", () => {
    const definition = counter();
    expect(definition).toMatchObject({ name: "counter", version: "1" });
    expect(Object.isFrozen(definition)).toBe(true);
  });

  test("opened under many ids has a memory for each", async () => {
    const { host } = stage();
    const definition = counter();
    const [a, b] = [await host.open(definition, "a"), await host.open(definition, "b")];
    await a.ask(1);
    await b.ask(10);
    expect([await a.ask(1), await b.ask(1)]).toEqual([2, 11]);
    expect(await (await host.open(definition, "a")).ask(1)).toBe(3);
    expect([a.name, a.id]).toEqual(["counter", "a"]);
  });

  test("tells its handler whom it handles a message for, and in which run", async () => {
    const { host } = stage();
    const who = defineAgent({
      name: "who",
      memory: () => 0,
      onReceive: (_: void, ctx) => [ctx.agent, ctx.runId, ctx.abortSignal.aborted],
    });
    expect(await (await host.open(who, "x/y z")).ask(undefined, { id: "m" })).toEqual([
      { name: "who", id: "x/y z" },
      expect.stringMatching(/^who\/.+\/m$/),
      false,
    ]);
  });

  test("of a name is one on a host, and another one on another host", async () => {
    const { host } = stage();
    await host.open(counter(), "a");
    expect(await failureOf(host.open(counter(), "a"))).toMatchObject({
      code: "agent-taken",
      data: { name: "counter" },
    });
    expect(await (await stage().host.open(counter(), "a")).ask(1)).toBe(1);
    expect(() => new AitorHost({ agents: [counter(), counter()] })).toThrow(
      expect.objectContaining({ code: "agent-taken" }),
    );
  });

  test("without brackets around it is no list of a host's agents", () => {
    expect(() => new AitorHost({ agents: counter() as never })).toThrow(
      expect.objectContaining({ code: "invalid-option", expected: "an array", got: expect.stringContaining("name") }),
    );
  });

  const nobody = agentRef<string>("nobody");
  test("by reference alone is not known to a host", async () => {
    const { host } = stage();
    const asker = defineAgent({
      name: "asker",
      memory: () => 0,
      onReceive: (_: void, ctx) => ctx.ask(nobody, "1", "x"),
    });
    expect(await failureOf((await host.open(asker, "a")).ask())).toMatchObject({ code: "definition-unknown" });
    expect(await failureOf(host.open(nobody as never, "a"))).toMatchObject({ code: "agent-undefined" });
    expect(() => agentRef("")).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });

  const flow = new Aitorflow(
    "f",
    task("t", (n: number) => n),
  );
  const wrong: readonly [what: string, options: object, got?: string][] = [
    ["without a name", { name: "" }],
    ["with an empty version", { version: "" }],
    ["with an option that there is none", { onRecieve: () => 0 }],
    ["without memory", { memory: undefined }],
    ["with memory that is no function", { memory: { n: 0 } }],
    ["with memory and a fold", { fold: { initial: () => 0, apply: () => 0 } }, "both"],
    ["with half a fold", { memory: undefined, fold: { initial: () => 0 } }],
    ["without a handler", { onReceive: undefined }],
    ["with a handler and a workflow", { workflow: flow }, "both"],
    ["with a workflow that is none", { onReceive: undefined, workflow: {} }],
    ["with a schema that is none", { schema: {} }],
    ["with a message schema that is none", { message: () => true }],
    ["with half a codec", { codec: { encode: () => 0 } }],
    ["with a migration that is no function", { migrate: { "1": () => 0 } }],
    ["with something to remember that is no function", { onReceive: undefined, workflow: flow, remember: "all" }],
    ["with a codec whose leftOut is no function", { codec: { encode: () => 0, decode: () => 0, leftOut: [] } }],
  ];
  test.each(wrong)("%s is refused", (_what, options, got: unknown = expect.any(String)) => {
    const all = { name: "a", memory: () => 0, onReceive: () => 0, ...options };
    expect(() => defineAgent(all as never)).toThrow(
      expect.objectContaining({ code: "invalid-option", expected: expect.any(String), got }),
    );
  });

  test.each([
    ["memory", { memory: async () => ({ n: 0 }) }],
    ["fold", { fold: { initial: async () => ({ n: 0 }), apply: (state: unknown) => state } }],
  ])("whose memory is a promise is refused with its first message: %s", async (_option, options) => {
    const { host } = stage();
    const late = defineAgent({ name: "late", ...options, onReceive: () => 1 } as never);
    await expect((await host.open(late, "a")).ask(undefined)).rejects.toMatchObject({
      code: "invalid-option",
      message: expect.stringContaining('memory of agent "late"'),
      got: "a promise",
    });
  });
});

describe("what an agent prepares", () => {
  const prepared = (prepare: () => void | Promise<void>) =>
    defineAgent({ name: "prepared", memory: () => 0, prepare, onReceive: (text: string) => text.toUpperCase() });

  test("is there before a message of another agent, and one that a process left, is handled", async () => {
    const journal = memoryJournal();
    const before = stage(journal);
    await (
      await before.host.open(
        prepared(() => {}),
        "a",
      )
    ).tell("left", { delay: "1h" });
    await before.host.shutdown();
    const told: string[] = [];
    const definition = prepared(async () => void told.push("prepared"));
    const asker = defineAgent({
      name: "asker",
      memory: () => 0,
      onReceive: (text: string, ctx) => ctx.ask(definition, "b", text),
    });
    const { host, clock, events } = stage(journal, { agents: [definition, asker] });
    host.observe(({ type }) => void (type === "message-handled" && told.push(type)));
    await clock.advance("1h");
    expect(told).toEqual(["prepared", "message-handled"]);
    expect(await (await host.open(asker, "x")).ask("asked")).toBe("ASKED");
    expect(told).toEqual(["prepared", "message-handled", "message-handled", "message-handled"]);
    expect(events.filter(({ type }) => type === "message-failed")).toEqual([]);
  });

  test("is prepared once for all who wait for it, and again where that failed, with which messages fail", async () => {
    let tries = 0;
    const definition = prepared(() => {
      if (++tries < 3) throw new RangeError("not yet");
    });
    const asker = defineAgent({
      name: "asker",
      memory: () => 0,
      onReceive: (text: string, ctx) => ctx.ask(definition, "b", text),
    });
    const { host } = stage(memoryJournal(), { agents: [definition, asker] });
    const opened = await Promise.all(["a", "b"].map((id) => failureOf(host.open(definition, id))));
    expect(opened.map(({ message }) => message)).toEqual(["not yet", "not yet"]);
    expect(tries).toBe(1);
    expect(await failureOf((await host.open(asker, "x")).ask("no"))).toMatchObject({ cause: { message: "not yet" } });
    expect(await (await host.open(asker, "x")).ask("yes")).toBe("YES");
    expect(tries).toBe(3);
  });
});

interface Seen {
  seen: string[];
}

class Diary extends Aitor<Seen, string, number> {
  override readonly name: string = "diary";
  protected override memory(): Seen {
    return { seen: [] };
  }
  protected override onReceive(text: string, ctx: AgentContext<Seen>): number {
    ctx.memory.update((draft) => void draft.seen.push(text));
    return ctx.memory.value.seen.length;
  }
  last(): Promise<string | undefined> {
    return this.read(({ seen }) => seen.at(-1));
  }
}

describe("a class", () => {
  test("is a definition: opened, it gives objects of the class", async () => {
    const journal = memoryJournal();
    const { host } = stage(journal, { agents: [Diary] });
    const [a, b] = [await host.open(Diary, "a"), await host.open(Diary, "b")];
    await a.ask("x");
    await a.ask("y");
    await b.tell("z");
    expect(a).toBeInstanceOf(Diary);
    expect(await a.last()).toBe("y");
    expect(await (await stage(journal).host.open(Diary, "a")).ask("again")).toBe(3);
  });

  test("may be asked by others, by the class's name", async () => {
    const { host } = stage(memoryJournal(), { agents: [Diary] });
    const asker = defineAgent({
      name: "asker",
      memory: () => 0,
      onReceive: (text: string, ctx) => ctx.ask(agentRef<string, number>("diary"), "a", text),
    });
    expect(await (await host.open(asker, "x")).ask("hello")).toBe(1);
  });

  test("may be asked, told and delegated to by others, by itself", async () => {
    const { host } = stage(memoryJournal(), { agents: [Diary] });
    const asker = defineAgent({
      name: "asker",
      memory: () => 0,
      onReceive: async (text: string, ctx) => {
        await ctx.tell(Diary, "a", "before");
        return [await ctx.ask(Diary, "a", text), await ctx.delegate(Diary, text, { name: "new" })];
      },
    });
    expect(await (await host.open(asker, "x")).ask("hello")).toEqual([2, 1]);
    const wrong = defineAgent({
      name: "wrong",
      memory: () => 0,
      onReceive: (_: string, ctx) => ctx.ask(Map as never, "a", "x"),
    });
    expect(await failureOf((await host.open(wrong, "x")).ask("x"))).toMatchObject({ code: "agent-undefined" });
  });

  test("says more by define", async () => {
    class Strict extends Diary {
      override readonly name = "strict";
      protected override define() {
        return { ...super.define(), version: "7", mailbox: { limit: 1, whenFull: "reject" as const } };
      }
    }
    const { host, journal } = stage();
    const agent = await host.open(Strict, "a");
    await agent.ask("x");
    expect((await streamOf(journal, "agent:strict/a"))[0]?.data).toMatchObject({ version: "7" });
  });

  test("on the process's own host is what new gives", async () => {
    const [a, b] = [new Diary({ id: "a" }), new Diary()];
    await a.ask("x");
    expect([await a.last(), await b.last(), b.id]).toEqual(["x", undefined, "default"]);
    expect(await new Diary({ id: "a" }).ask("y")).toBe(2);
  });

  test.each([
    ["a name", class extends Aitor<number, string, string> {}],
    [
      "memory",
      class extends Aitor<number, string, string> {
        override readonly name = "x";
      },
    ],
    [
      "onReceive",
      class extends Aitor<number, string, string> {
        override readonly name = "x";
        protected override memory(): number {
          return 0;
        }
      },
    ],
  ])(
    "without %s is told what it lacks",
    async (_part, Incomplete: new (place?: AgentPlace) => Aitor<number, string, string>) => {
      const { host } = stage();
      const asked = (async () => (await host.open(Incomplete, "a")).ask("x"))();
      expect(await failureOf(asked)).toMatchObject({ code: "agent-undefined" });
    },
  );

  test("that is no agent, or nothing at all, is refused", async () => {
    const { host } = stage();
    for (const thing of [Date, undefined, {}, "notes"]) {
      expect(await failureOf(host.open(thing as never, "a"))).toMatchObject({ code: "agent-undefined" });
    }
  });
});

describe("new Aitor", () => {
  test("defines and opens an agent on the process's own host, which other hosts do not see", async () => {
    const agent = new Aitor({
      name: "short",
      memory: () => 0,
      onReceive: (n: number, ctx) => ctx.memory.update((m) => m + n),
    });
    await agent.ask(2);
    expect(await agent.read()).toBe(2);
    expect(await stage().host.list()).toEqual([]);
  });

  test("on a host of one's own is there", async () => {
    const { host } = stage();
    const agent = new Aitor({
      host,
      id: "x",
      name: "short",
      memory: () => 7,
      onReceive: (_: void, ctx) => ctx.memory.value,
    });
    expect(await agent.ask()).toBe(7);
    await agent.update(() => 8);
    expect(await host.list()).toMatchObject([{ name: "short", id: "x" }]);
  });

  test("of a name that another one has is refused when it is used", async () => {
    new Aitor({ name: "twin", memory: () => 0, onReceive: () => 0 });
    const first = new Aitor({ name: "twin", memory: () => 0, onReceive: () => 1 });
    const second = new Aitor({ name: "twin", memory: () => 0, onReceive: () => 2 });
    expect(await first.ask()).toBe(1);
    expect(await failureOf(second.ask())).toMatchObject({ code: "agent-taken" });
  });

  test("after Aitor.shutdown lives on a new host", async () => {
    const agent = new Aitor({
      name: "short",
      memory: () => 0,
      onReceive: (_: void, ctx) => ctx.memory.update((n) => n + 1),
    });
    await agent.ask();
    await Aitor.shutdown();
    await Aitor.shutdown();
    expect(await agent.read()).toBe(0);
  });

  test("refuses what defineAgent refuses", () => {
    expect(() => new Aitor({ name: "a", memory: 7, onReceive: () => 0 } as never)).toThrow(
      expect.objectContaining({ code: "invalid-option" }),
    );
  });
});

describe.each(journals)("a workflow %s", (_, open) => {
  const words = new Aitorflow(
    "split",
    task("words", (text: string) => text.split(" ")).to(task("count", (all: string[]) => all.length)),
  );

  test("handles each message: its output is the reply, and memory keeps what it is told to, with it", async () => {
    const journal = open();
    const definition = defineAgent({
      name: "counter",
      memory: () => ({ total: 0, last: "" }),
      workflow: words,
      remember: (draft, result, message) => {
        draft.total += result;
        draft.last = message;
      },
    });
    const { host } = stage(journal);
    const agent = await host.open(definition, "a");
    expect(await agent.ask("a b c", { id: "m" })).toBe(3);
    expect(await agent.read()).toEqual({ total: 3, last: "a b c" });
    const [change] = await streamOf(journal, "agent:counter/a");
    expect((await streamOf(journal, "counter/a/m")).at(-1)).toMatchObject({
      type: "run-finished",
      seq: (change?.seq ?? 0) + 1,
    });
  });

  test("may give a new memory, and need not remember anything", async () => {
    const { host } = stage(open());
    const last = defineAgent({ name: "last", memory: () => 0, workflow: words, remember: (_draft, result) => result });
    const none = defineAgent({ name: "none", memory: () => 0, workflow: words });
    const [a, b] = [await host.open(last, "a"), await host.open(none, "a")];
    expect([await a.ask("x y"), await b.ask("x")]).toEqual([2, 1]);
    expect([await a.read(), await b.read()]).toEqual([2, 0]);
  });

  test("that fails changes nothing", async () => {
    const failing = new Aitorflow(
      "failing",
      task("t", (text: string): string => {
        throw new Error(text);
      }),
    );
    const { host } = stage(open());
    const definition = defineAgent({ name: "f", memory: () => 0, workflow: failing, remember: (n) => n + 1 });
    const agent = await host.open(definition, "a");
    expect(await failureOf(agent.ask("no"))).toBeInstanceOf(Error);
    expect(await agent.read()).toBe(0);
  });

  test("is resumed after a restart: what its tasks did is not done again", async () => {
    const journal = open();
    const done: string[] = [];
    const make = (hold: boolean) =>
      defineAgent({
        name: "flow",
        memory: () => [] as string[],
        workflow: new Aitorflow(
          "two",
          task("first", (text: string) => (done.push("first"), text)).to(
            task("second", (text: string) => (done.push("second"), hold ? new Promise<string>(() => {}) : text)),
          ),
        ),
        remember: (draft, result) => void draft.push(result),
      });
    const first = stage(journal);
    await (await first.host.open(make(true), "a")).tell("x", { id: "m" });
    await first.clock.advance(0);
    await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
    const { host, clock } = stage(journal);
    const agent = await host.open(make(false), "a");
    await clock.advance(0);
    expect(await agent.ask("x", { id: "m" })).toBe("x");
    expect(done).toEqual(["first", "second", "second"]);
    expect(await agent.read()).toEqual(["x"]);
  });
});
