// What the compiler infers of agents, without annotations: messages, replies and memory, through definitions, classes,
// references, hosts and contexts. And what it refuses.
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { AgentRef, EventEnvelope, Run } from "../base/index.ts";
import { Aitorflow, task } from "../flow/index.ts";
import {
  type AgentContext,
  type AgentDefinition,
  agentRef,
  Aitor,
  AitorHost,
  AppendList,
  defineAgent,
  type HandledMemory,
  type Snapshot,
} from "./index.ts";

declare const host: AitorHost;
declare const wide: string | number;
declare const data: unknown;

interface Seen {
  seen: string[];
}

const Notes = defineAgent({
  name: "notes",
  memory: () => ({ seen: [] as string[] }),
  onReceive: async (text: string, ctx) => {
    expectTypeOf(ctx).toEqualTypeOf<AgentContext<Seen>>();
    ctx.memory.update((draft) => void draft.seen.push(text));
    return text.length;
  },
});

describe("a definition", () => {
  test("gives its handler what a run does that is an agent's, and no more", () => {
    expectTypeOf<Extract<keyof AgentContext<Seen>, "carried" | "recorded" | "doubt" | "keep" | "queue">>().toBeNever();
    expectTypeOf<AgentContext<Seen>>().toHaveProperty("step");
  });

  test("with a handler has its message, its reply and its memory", async () => {
    expectTypeOf(Notes).toEqualTypeOf<AgentDefinition<Seen, string, number>>();
    const notes = await host.open(Notes, "a");
    expectTypeOf(notes).toEqualTypeOf<Aitor<Seen, string, number>>();
    expectTypeOf(notes.ask("x")).toEqualTypeOf<Promise<number>>();
    expectTypeOf(notes.tell("x", { delay: "1h", id: "m" })).toEqualTypeOf<Promise<string>>();
    expectTypeOf(notes.read()).toEqualTypeOf<Promise<Snapshot<Seen>>>();
    expectTypeOf(notes.read(({ seen }) => seen.length)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(notes.update((draft) => void draft.seen.pop())).toEqualTypeOf<Promise<Snapshot<Seen>>>();
    expectTypeOf(notes.fork("b")).toEqualTypeOf<Promise<Aitor<Seen, string, number>>>();
    // @ts-expect-error  the message is a text
    void notes.ask(1);
    // @ts-expect-error  there is a message
    void notes.ask();
    // @ts-expect-error  the memory has no such part
    void notes.update((draft) => void draft.other);
    // @ts-expect-error  memory is of another type
    void notes.update(() => ({ seen: [1] }));
    // @ts-expect-error  what is read is not changed
    void notes.read(({ seen }) => void seen.push("x"));
  });

  test("with a handler that replies at once replies with the same type", () => {
    const definition = defineAgent({ name: "a", memory: () => 0, onReceive: (n: number) => n > 0 });
    expectTypeOf(definition).toEqualTypeOf<AgentDefinition<number, number, boolean>>();
  });

  test("without a message or reply is asked without an argument", async () => {
    const Counter = defineAgent({
      name: "counter",
      memory: () => 0,
      onReceive: (_: void, ctx) => ctx.memory.update((n) => n + 1),
    });
    const counter = await host.open(Counter, "a");
    expectTypeOf(counter.ask()).toEqualTypeOf<Promise<void>>();
    expectTypeOf(counter.tell()).toEqualTypeOf<Promise<string>>();
    void counter.ask(undefined, { deadline: "1s" });
    const silent = await host.open(defineAgent({ name: "silent", memory: () => 0, onReceive: () => "x" }), "a");
    expectTypeOf(silent.ask()).toEqualTypeOf<Promise<string>>();
  });

  test("with a message schema has the message that the schema gives", () => {
    const definition = defineAgent({
      name: "typed",
      message: z.object({ kind: z.enum(["add", "remove"]), n: z.number() }),
      memory: () => [] as number[],
      onReceive: (message, ctx) => {
        expectTypeOf(message).toEqualTypeOf<{ kind: "add" | "remove"; n: number }>();
        expectTypeOf(ctx.memory.value).toEqualTypeOf<Snapshot<number[]>>();
        return message.kind;
      },
    });
    expectTypeOf(definition).toEqualTypeOf<
      AgentDefinition<number[], { kind: "add" | "remove"; n: number }, "add" | "remove">
    >();
  });

  test("with a schema that changes what it takes is sent that, and handles what the schema makes of it", async () => {
    const definition = defineAgent({
      name: "typed",
      message: z.object({ when: z.string().transform((text) => new Date(text)), n: z.number().default(1) }),
      memory: () => 0,
      onReceive: (message, ctx) => {
        expectTypeOf(message).toEqualTypeOf<{ when: Date; n: number }>();
        expectTypeOf(ctx.memory.value).toEqualTypeOf<number>();
        return message.n;
      },
    });
    expectTypeOf(definition).toEqualTypeOf<AgentDefinition<number, { when: string; n?: number | undefined }, number>>();
    const agent = await host.open(definition, "a");
    void agent.ask({ when: "2026-01-01" });
    // @ts-expect-error  what is sent is a text
    void agent.ask({ when: new Date() });
    defineAgent({
      name: "asker",
      memory: () => 0,
      onReceive: (_: string, ctx) => ctx.ask(definition, "a", { when: "2026-01-01" }),
    });
    const coded = defineAgent({
      name: "coded",
      version: "2",
      message: z.object({ day: z.coerce.date() }),
      memory: () => ({ at: new Date(0) }),
      codec: { encode: ({ at }) => at.toISOString(), decode: (value) => ({ at: new Date(value as string) }) },
      migrate: (memory, from) => ({ at: new Date(`${from} ${String(memory)}`) }),
      onReceive: ({ day }, ctx) => {
        expectTypeOf(day).toEqualTypeOf<Date>();
        ctx.memory.update((draft) => {
          draft.at = day;
        });
        return ctx.memory.value.at.getTime();
      },
    });
    expectTypeOf(coded).toEqualTypeOf<AgentDefinition<{ at: Date }, { day: unknown }, number>>();
    // One that is written by hand says nothing of what it takes.
    const text = {
      "~standard": { version: 1, vendor: "own", validate: (value: unknown) => ({ value: String(value) }) },
    } as const;
    const own = defineAgent({ name: "own", message: text, memory: () => 0, onReceive: (message) => message.length });
    expectTypeOf(own).toEqualTypeOf<AgentDefinition<number, string, number>>();
    // @ts-expect-error  it is no memory
    defineAgent({ name: "a", message: z.string(), memory: () => 0, onReceive: (m, ctx) => ctx.memory.update(() => m) });
    // @ts-expect-error  the handler takes another message
    defineAgent({ name: "a", message: z.string(), memory: () => 0, onReceive: (m: number) => m });
  });

  test("with a workflow has the flow's input as its message and its output as its reply", async () => {
    const words = task("words", (text: string) => text.split(" "));
    const Words = defineAgent({
      name: "words",
      memory: () => ({ last: "", count: 0 }),
      workflow: new Aitorflow("split", words),
      remember: (draft, result, message) => {
        expectTypeOf(result).toEqualTypeOf<string[]>();
        expectTypeOf(message).toEqualTypeOf<string>();
        draft.last = message;
        draft.count += result.length;
      },
    });
    expectTypeOf(Words).toEqualTypeOf<AgentDefinition<{ last: string; count: number }, string, string[]>>();
    const agent = await host.open(Words, "a");
    expectTypeOf(agent.ask("a b")).toEqualTypeOf<Promise<string[]>>();
    // @ts-expect-error  the flow takes a text
    void agent.ask(1);
  });

  test("with a fold has the state of the fold as its memory", () => {
    const Log = defineAgent({
      name: "log",
      fold: {
        initial: () => AppendList.of<string>(),
        apply: (state, event: EventEnvelope) => (event.type === "message-received" ? state.append("x") : state),
      },
      codec: { encode: (state) => [...state], decode: (value) => AppendList.of(value as string[]) },
      onReceive: (_: string, ctx) => ctx.memory.value.length,
    });
    expectTypeOf(Log).toEqualTypeOf<AgentDefinition<AppendList<string>, string, number>>();
  });

  test("with a codec, a schema and a migration has the memory that these speak of", () => {
    const Dated = defineAgent({
      name: "dated",
      version: "2",
      memory: () => ({ at: new Date(0), tags: new Map<string, number>() }),
      codec: {
        encode: ({ at, tags }) => ({ at: at.toISOString(), tags: [...tags] }),
        decode: (value) => {
          const { at, tags } = value as { at: string; tags: [string, number][] };
          return { at: new Date(at), tags: new Map(tags) };
        },
      },
      migrate: (memory, from) => {
        expectTypeOf(memory).toEqualTypeOf<unknown>();
        expectTypeOf(from).toEqualTypeOf<string>();
        return { at: new Date(0), tags: new Map() };
      },
      onReceive: (_: string, ctx) => {
        expectTypeOf(ctx.memory.value.at).toEqualTypeOf<Date>();
        expectTypeOf(ctx.memory.value.tags).toEqualTypeOf<ReadonlyMap<string, number>>();
        ctx.memory.update((draft) => {
          expectTypeOf(draft.tags).toEqualTypeOf<Map<string, number>>();
          draft.tags.set("x", 1);
        });
      },
    });
    expectTypeOf(Dated).toEqualTypeOf<AgentDefinition<{ at: Date; tags: Map<string, number> }, string, void>>();
  });

  test("that says too little, or two things at once, is refused", () => {
    // @ts-expect-error  neither memory nor fold
    defineAgent({ name: "a", onReceive: () => 1 });
    // @ts-expect-error  neither a handler nor a workflow
    defineAgent({ name: "a", memory: () => 0 });
    const workflow = new Aitorflow(
      "flow",
      task("t", (n: number) => n),
    );
    // @ts-expect-error  both
    defineAgent({ name: "a", memory: () => 0, workflow, onReceive: (n: number) => n });
    // @ts-expect-error  remember is of workflows
    defineAgent({ name: "a", memory: () => 0, onReceive: (n: number) => n, remember: () => 1 });
    // @ts-expect-error  both
    defineAgent({ name: "a", memory: () => 0, fold: { initial: () => 0, apply: () => 0 }, onReceive: () => 1 });
    // @ts-expect-error  a change is synchronous
    defineAgent({ name: "a", memory: () => ({ n: 0 }), onReceive: (_: void, c) => c.memory.update(async () => {}) });
  });
});

describe("a definition whose handler takes its context is refused where it is wrong, and nowhere else:", () => {
  test("where the memory is forgotten, at the object", async () => {
    // @ts-expect-error  neither memory nor fold
    const forgotten = defineAgent({
      name: "a",
      onReceive: async (text: string, ctx) => `${text} ${ctx.runId}`,
    });
    void (await host.open(forgotten, "a")).ask("x");
    // @ts-expect-error  as it is for a handler that replies with anything
    defineAgent({
      name: "a",
      onReceive: async (text: string, ctx): Promise<unknown> => `${text} ${ctx.runId}`,
    });
    // @ts-expect-error  or with any object
    defineAgent({
      name: "a",
      onReceive: (text: string, ctx): object => ({ text, run: ctx.runId }),
    });
  });

  test("where the memory is no function, or a promise, at the memory", async () => {
    const constant = defineAgent({
      name: "a",
      // @ts-expect-error  a function gives it
      memory: { count: 0 },
      onReceive: async (text: string, ctx) => `${text} ${ctx.runId}`,
    });
    void (await host.open(constant, "a")).ask("x");
    defineAgent({
      name: "a",
      // @ts-expect-error  nobody waits for it
      memory: async () => ({ count: 0 }),
      onReceive: async (text: string, ctx) => `${text} ${ctx.runId}`,
    });
  });

  test("and types that are said count as those that are inferred", async () => {
    const said = defineAgent<{ n: number }, string>({
      name: "a",
      memory: () => ({ n: 0 }),
      onReceive: (text, ctx) => ctx.memory.update((draft) => void (draft.n += text.length)),
    });
    expectTypeOf(said).toEqualTypeOf<AgentDefinition<{ n: number }, string, void>>();
    function wrapped<Memory, Reply>(memory: () => Memory, reply: (text: string) => Promise<Reply>) {
      return defineAgent({ name: "a", memory, onReceive: (text: string, ctx) => reply(`${text} ${ctx.runId}`) });
    }
    const made = wrapped(
      () => 0,
      async (text) => text.length,
    );
    expectTypeOf(made).toEqualTypeOf<AgentDefinition<number, string, number>>();
  });
});

describe("a context", () => {
  test("knows messages and replies of other agents, by definition or by reference", () => {
    const Ref = agentRef<{ n: number }, Date[]>("elsewhere");
    const Silent = agentRef<string>("silent");
    defineAgent({
      name: "asker",
      memory: () => 0,
      onReceive: async (_: string, ctx) => {
        expectTypeOf(ctx.ask(Notes, "a", "x")).toEqualTypeOf<Promise<number>>();
        expectTypeOf(ctx.ask(Ref, "a", { n: 1 }, { deadline: "1s", key: "k" })).toEqualTypeOf<Promise<Date[]>>();
        expectTypeOf(ctx.ask(Silent, "a", "x")).toEqualTypeOf<Promise<void>>();
        expectTypeOf(ctx.tell(Notes, "a", "x", { delay: 5 })).toEqualTypeOf<Promise<string>>();
        // @ts-expect-error  the message is a text
        void ctx.ask(Notes, "a", 1);
        // @ts-expect-error  the message is an object with a number
        void ctx.tell(Ref, "a", { n: "1" });
        // @ts-expect-error  a reference that does not say what it takes takes nothing
        void ctx.ask(agentRef("elsewhere"), "a", { n: 1 });
        // @ts-expect-error  nor is it told anything
        void ctx.tell(agentRef("elsewhere"), "a", { n: 1 });
        const typed: AgentRef<{ n: number }, Date[]> = agentRef("elsewhere");
        expectTypeOf(ctx.ask(typed, "a", { n: 1 })).toEqualTypeOf<Promise<Date[]>>();
      },
    });
  });

  test("gives what flows, steps, signals, branches and loops give", () => {
    const flow = new Aitorflow(
      "flow",
      task("length", (text: string) => text.length),
    );
    const without = new Aitorflow(
      "none",
      task("none", () => true),
    );
    defineAgent({
      name: "a",
      memory: () => 0,
      onReceive: async (_: string, ctx) => {
        expectTypeOf(ctx.run(flow, "x")).toEqualTypeOf<Promise<{ readonly output: number }>>();
        expectTypeOf(ctx.run(without)).toEqualTypeOf<Promise<{ readonly output: boolean }>>();
        expectTypeOf(ctx.step("s", async () => 1)).toEqualTypeOf<Promise<number>>();
        expectTypeOf(ctx.waitFor("s", { schema: z.string() })).toEqualTypeOf<Promise<string>>();
        expectTypeOf(ctx.now()).toEqualTypeOf<Promise<number>>();
        expectTypeOf(ctx.uuid()).toEqualTypeOf<string>();
        expectTypeOf(ctx.memory).toEqualTypeOf<HandledMemory<number>>();
        const both = ctx.all([
          { name: "left", run: (branch) => branch.step("n", () => 1) },
          { name: "right", run: async (branch: Run) => branch.id },
        ]);
        expectTypeOf(both).toEqualTypeOf<Promise<[number, string]>>();
        // @ts-expect-error  the flow takes a text
        void ctx.run(flow, 1);
        // @ts-expect-error  it may be a number
        void ctx.run(flow, wide);
        // @ts-expect-error  it may be anything
        void ctx.run(flow, data);
        // @ts-expect-error  what is kept with the run is memory
        void ctx.keep;
      },
    });
  });

  test("lets two agents know each other, one of them by reference", async () => {
    const Pong = agentRef<number, string>("pong");
    const Ping = defineAgent({
      name: "ping",
      memory: () => ({ seen: 0 }),
      onReceive: async (n: number, ctx) => (n > 0 ? ctx.ask(Pong, "1", n - 1) : "done"),
    });
    const PongAgent = defineAgent({
      name: "pong",
      memory: () => 0,
      onReceive: async (n: number, ctx) => ctx.ask(Ping, "1", n),
    });
    expectTypeOf(Ping).toEqualTypeOf<AgentDefinition<{ seen: number }, number, string>>();
    expectTypeOf(PongAgent).toEqualTypeOf<AgentDefinition<number, number, string>>();
    new AitorHost({ agents: [Ping, PongAgent, Diary] });
  });
});

class Diary extends Aitor<Seen, string, number> {
  override readonly name = "diary";
  protected override memory(): Seen {
    return { seen: [] };
  }
  protected override async onReceive(text: string, ctx: AgentContext<Seen>): Promise<number> {
    ctx.memory.update((draft) => void draft.seen.push(text));
    return ctx.memory.value.seen.length;
  }
  /** What only this class has. */
  async last(): Promise<string | undefined> {
    return this.read(({ seen }) => seen.at(-1));
  }
}

describe("a class", () => {
  test("is a definition: opened, it gives an instance of the class", async () => {
    const diary = await host.open(Diary, "a");
    expectTypeOf(diary).toEqualTypeOf<Diary>();
    expectTypeOf(diary.ask("x")).toEqualTypeOf<Promise<number>>();
    expectTypeOf(diary.last()).toEqualTypeOf<Promise<string | undefined>>();
    // @ts-expect-error  the message is a text
    void diary.ask(1);
    // @ts-expect-error  handlers are called by hosts
    void diary.onReceive;
  });

  test("may be extended further, and say all that a definition says", async () => {
    class Strict extends Diary {
      protected override define() {
        return { ...super.define(), version: "2", message: z.string().min(1) };
      }
    }
    expectTypeOf(await host.open(Strict, "a")).toEqualTypeOf<Strict>();
  });

  test("on the process's own host has an id alone", () => {
    expectTypeOf(new Diary({ id: "a" }).ask("x")).toEqualTypeOf<Promise<number>>();
    const short = new Aitor({ name: "short", memory: () => 0, onReceive: (n: number) => `${n}` });
    expectTypeOf(short).toEqualTypeOf<Aitor<number, number, string>>();
  });

  test("with a schema that changes what it takes is sent that, and handles what the schema makes of it", () => {
    const dated = new Aitor({
      name: "dated",
      message: z.object({ when: z.string().transform((text) => new Date(text)), n: z.number().default(1) }),
      memory: () => 0,
      onReceive: (message, ctx) => {
        expectTypeOf(message).toEqualTypeOf<{ when: Date; n: number }>();
        expectTypeOf(ctx.memory.value).toEqualTypeOf<number>();
        return message.n;
      },
    });
    expectTypeOf(dated.ask({ when: "2026-01-01" })).toEqualTypeOf<Promise<number>>();
    expectTypeOf(dated.tell({ when: "2026-01-01", n: 2 })).toEqualTypeOf<Promise<string>>();
    // @ts-expect-error  what is sent is a text
    void dated.ask({ when: new Date() });
    // @ts-expect-error  as it is for who is told
    void dated.tell({ when: new Date(), n: 1 });
    const fork = dated.fork("b").then((forked) => forked.ask({ when: "2026-01-01" }));
    expectTypeOf(fork).toEqualTypeOf<Promise<number>>();
    const plain = new Aitor({ name: "plain", message: z.string(), memory: () => 0, onReceive: (text) => text.length });
    expectTypeOf(plain.ask("x")).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error  the message is a text
    void plain.ask(1);
    // One that is written by hand says nothing of what it takes.
    const text = {
      "~standard": { version: 1, vendor: "own", validate: (value: unknown) => ({ value: String(value) }) },
    } as const;
    const own = new Aitor({ name: "own", message: text, memory: () => 0, onReceive: (message) => message.length });
    expectTypeOf(own.ask("x")).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error  what it gives is what it takes
    void own.ask(1);
    // @ts-expect-error  the handler takes another message
    void new Aitor({ name: "a", message: z.string(), memory: () => 0, onReceive: (m: number) => m });
  });
});

test("a class takes messages from other agents, as its agents do", () => {
  class Silent extends Aitor<number, void, void> {
    override readonly name = "silent";
    protected override memory(): number {
      return 0;
    }
    protected override onReceive(): void {}
  }
  class Shelf<Item extends { id: string }> extends Aitor<Item[], Item, Item> {
    override readonly name: string = "shelf";
    readonly #sorted = true;
    protected override memory(): Item[] {
      return [];
    }
    protected override onReceive(item: Item): Item {
      return this.#sorted ? item : item;
    }
  }
  class Books extends Shelf<{ id: string; title: string }> {}
  defineAgent({
    name: "asker",
    memory: () => 0,
    onReceive: async (_: string, ctx) => {
      expectTypeOf(ctx.ask(Diary, "a", "x")).toEqualTypeOf<Promise<number>>();
      expectTypeOf(ctx.ask(Books, "a", { id: "1", title: "x" })).toEqualTypeOf<
        Promise<{ id: string; title: string }>
      >();
      expectTypeOf(ctx.ask(Shelf<{ id: string; n: 1 }>, "a", { id: "1", n: 1 })).toEqualTypeOf<
        Promise<{ id: string; n: 1 }>
      >();
      expectTypeOf(ctx.ask(Silent, "a", undefined)).toEqualTypeOf<Promise<void>>();
      expectTypeOf(ctx.tell(Diary, "a", "x", { delay: "1h" })).toEqualTypeOf<Promise<string>>();
      expectTypeOf(ctx.delegate(Diary, "x", { name: "1" })).toEqualTypeOf<Promise<number>>();
      // @ts-expect-error  the message is a text
      void ctx.ask(Diary, "a", 1);
      // @ts-expect-error  a book has a title
      void ctx.tell(Books, "a", { id: "1" });
      // @ts-expect-error  it takes a text
      void ctx.delegate(Diary, 1, { name: "1" });
      // @ts-expect-error  a class that is no agent
      void ctx.ask(Map, "a", "x");
    },
  });
});

test("no agent but one that is defined is opened", () => {
  // @ts-expect-error  a reference has no handler
  void host.open(agentRef<string>("x"), "a");
  // @ts-expect-error  a class that is no agent
  void host.open(Date, "a");
  // @ts-expect-error  neither has an agent that is not defined
  new AitorHost({ agents: [Date] });
});

test("what is delegated takes the definition's message, and gives its reply", () => {
  const Counter = defineAgent({ name: "counter", memory: () => 0, onReceive: (text: string) => text.length });
  defineAgent({
    name: "top",
    memory: () => 0,
    onReceive: async (text: string, ctx) => {
      // @ts-expect-error  it takes a text
      await ctx.delegate(Counter, 7, { name: "1" });
      const count = await ctx.delegate(Counter, text, { name: "1" });
      expectTypeOf(count).toEqualTypeOf<number>();
      return count;
    },
  });
});

test("what agents used is told by what was asked for", async () => {
  const [agent] = await host.usage();
  expectTypeOf(agent?.id).toEqualTypeOf<string | undefined>();
  const [model] = await host.usage({ by: "model" });
  expectTypeOf(model?.model).toEqualTypeOf<string | undefined>();
  const [run] = await host.usage({ by: "run" });
  expectTypeOf(run?.run).toEqualTypeOf<string | undefined>();
  expectTypeOf(run?.usage.cost).toEqualTypeOf<number | undefined>();
  // @ts-expect-error  entries by agent have no model
  void agent?.model;
  // @ts-expect-error  keys are not on record beside models
  void host.usage({ by: "key" });
});
