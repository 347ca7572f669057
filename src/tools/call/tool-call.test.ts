// A call in a run
// - is a step, or a scope, of the tool's name under the call's id, of the tool's effect; side by side as well
// - is on record with its value, its failure or its refusal, and is not done again when the run is resumed: what is on record
//   wins over what would be decided now
// - gives a tool arguments of its own: what it does to them changes neither the record nor the next attempt
// - of a tool that must run once asks where it may have happened
// - rejects where the run is cancelled or halted, and for nothing that the model can mend
// - waits for its place where the tool has a limit, without its time-out running
// - tells the log its start and its end; its arguments and its result at debug alone
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { configureLogging, type LogRecord, type Run, Secret } from "../../base/index.ts";
import { EmbeddedEngine } from "../../engine/index.ts";
import { memoryJournal } from "../../journal/index.ts";
import { crashingJournal, type CrashPoint } from "../../testing/index.ts";
import { type AnyTool, tool, ToolRegistry, type ToolResult } from "../index.ts";
import { body, failureOf, forever, history, place, recorded, valueOf } from "../tools.fixture.ts";

const simple = { name: "simple", description: "Does something.", access: "read", input: z.object({}) } as const;
const registryOf = (...tools: AnyTool[]): ToolRegistry => new ToolRegistry({ tools });

describe("a step", () => {
  test("has the effect once, unless the tool only reads or says so itself", async () => {
    const { engine, journal } = place();
    const registry = registryOf(
      tool({ ...simple, name: "reads", run: () => 1 }),
      tool({ ...simple, name: "writes", access: "write", run: () => 1 }),
      tool({ ...simple, name: "both", access: ["read", "external"], run: () => 1 }),
      tool({ ...simple, name: "puts", access: "write", effect: "idempotent", run: () => 1 }),
    );
    const run = body(async (r) => {
      for (const { name } of registry.list()) await registry.execute({ id: "1", name, args: {} }, r);
    });
    await engine.run(run, undefined, { id: "r" });
    const started = (await recorded(journal, "r")).filter((event) => event.type === "step-started");
    expect(started.map(({ key, data }) => [key, data.effect])).toEqual([
      ["reads[1]", "idempotent"],
      ["writes[1]", "once"],
      ["both[1]", "once"],
      ["puts[1]", "idempotent"],
    ]);
  });

  test("stands beside others of its tool", async () => {
    const { engine, clock } = place();
    const slow = tool({
      ...simple,
      input: z.object({ n: z.number() }),
      run: ({ n }) => clock.advance(0).then(() => n),
    });
    const registry = registryOf(slow);
    const run = body((r) =>
      Promise.all([1, 2, 3].map((n) => registry.execute({ id: `${n}`, name: "simple", args: { n } }, r))),
    );
    expect((await engine.run(run, undefined)).map(valueOf)).toEqual([1, 2, 3]);
  });
});

describe("a tool that writes to its arguments", () => {
  const schemas = {
    "a JSON Schema": { type: "object", properties: { sort: {}, limit: {} } },
    zod: z.object({ sort: z.any(), limit: z.number().optional() }),
  };
  const greedy = (input: object, more: object = {}) =>
    tool({
      ...simple,
      input: input as typeof schemas.zod,
      ...more,
      run: (args) => {
        args.limit = (args.limit ?? 10) + args.sort.by.shift().length;
        if (args.sort.by.length > 0) throw new Error(`busy after ${args.limit}`);
        return args.limit;
      },
    });

  test.each(Object.entries(schemas))("of %s changes nothing of what was asked", async (_, input) => {
    const { engine, journal } = place();
    const registry = registryOf(greedy(input));
    const args = Object.freeze({ sort: Object.freeze({ by: Object.freeze(["name"]) }) });
    const run = body(async (r) => {
      const result = await registry.execute({ id: "1", name: "simple", args }, r);
      return [valueOf(result), await r.waitFor("go")];
    });
    for await (const { type } of engine.start(run, undefined, { id: "r" })) if (type === "run-suspended") break;
    await engine[Symbol.asyncDispose]();
    const next = new EmbeddedEngine({ journal });
    const { result } = await next.resume(run, "r");
    await next.answer("r", "go", { value: "on" });
    expect(await result).toEqual([14, "on"]);
    expect(args).toEqual({ sort: { by: ["name"] } });
  });

  test.each(Object.entries(schemas))("of %s is given the same ones at each attempt", async (_, input) => {
    const { engine, clock } = place();
    const retry = { attempts: 2, initialDelay: "1s", maxDelay: "1s" } as const;
    const asked = greedy(input, { retry }).call({ sort: { by: ["name", "age"] } }, { engine, clock });
    await clock.advance("1m");
    expect(failureOf(await asked).message).toContain("busy after 14");
  });

  test("is given what its schema made beside lists and plain objects as that is", async () => {
    const at = new Date(0);
    const list: unknown[] = [1];
    list.push(list);
    const input = z.object({}).transform(() => ({ at, list }));
    const run = (args: { at: Date; list: unknown[] }) =>
      args.at === at && args.list[1] === args.list && args.list !== list;
    expect(valueOf(await tool({ ...simple, input, retry: 2, run }).call({}))).toBe(true);
  });
});

test("what a tool throws is told to the model, and recorded, without secrets", async () => {
  const { engine, journal } = place();
  new Secret("key-of-a-tool-that-fails");
  const refuse = (): never => {
    throw new Error("401 for key-of-a-tool-that-fails\nand no more");
  };
  const registry = registryOf(
    tool({ ...simple, run: refuse }),
    tool({ ...simple, name: "works", orchestrate: (_args, run) => run.step("ask", refuse) }),
  );
  const run = body(async (r) => {
    const messages = [];
    for (const name of ["simple", "works"]) {
      messages.push(failureOf(await registry.execute({ id: "1", name, args: {} }, r)).message);
    }
    return messages;
  });
  const told = await engine.run(run, undefined, { id: "r" });
  expect(told[0]).toBe('tool "simple" failed: 401 for [secret]\nand no more');
  expect(told[1]).toContain("401 for [secret]");
  expect(JSON.stringify(await recorded(journal, "r"))).not.toContain("key-of-a-tool");
});

test("a call that cannot even be judged leaves its id free", async () => {
  const { engine } = place();
  const deny: { access: never[] } = { access: [] };
  const registry = new ToolRegistry({ tools: [tool({ ...simple, run: () => 1 })], policy: { deny } });
  deny.access = 5 as never;
  const run = body(async (r) => {
    for (let time = 0; time < 2; time++) {
      await expect(registry.execute({ id: "1", name: "simple", args: {} }, r)).rejects.toThrow(TypeError);
    }
  });
  await engine.run(run, undefined);
});

describe("a run that is resumed", () => {
  const kinds = ["run", "orchestrate"] as const;

  /** Three calls: one that is made, one that is refused, one of no tool. */
  function calls(kind: (typeof kinds)[number]) {
    const made: number[] = [];
    const count = (): number => made.push(1);
    const head = { ...simple, input: z.object({ n: z.number() }) } as const;
    const counted =
      kind === "run"
        ? tool({ ...head, run: ({ n }) => n + count() })
        : tool({ ...head, orchestrate: async ({ n }, run) => n + (await run.step("count", count)) });
    const registry = registryOf(counted);
    const execute = async (run: Run): Promise<ToolResult[]> => [
      await registry.execute({ id: "1", name: "simple", args: { n: 10 } }, run),
      await registry.execute({ id: "2", name: "simple", args: { n: "x" } }, run),
      await registry.execute({ id: "3", name: "none", args: {} }, run),
    ];
    return { made, execute };
  }

  test.each(kinds)("does not call a tool again that is on record (%s)", async (kind) => {
    const { appends } = await throughCrash(calls(kind).execute);
    expect(appends).toBeGreaterThan(6);
    for (let append = 1; append <= appends; append++) {
      for (const when of ["before", "after"] as const) {
        const { made, execute } = calls(kind);
        const { output } = await throughCrash(execute, { append, when });
        expect(output).toMatchObject([
          // Called again where its outcome was not on record, and then that counts.
          { ok: true, value: 10 + made.length },
          { ok: false, error: { code: "invalid-arguments" } },
          { ok: false, error: { code: "unknown-tool" } },
        ]);
        expect(made.length).toBeLessThanOrEqual(2);
      }
    }
  });

  test.each(kinds)("says what it said, whatever would be decided now (%s)", async (kind) => {
    const journal = memoryJournal();
    const make = (name: string): AnyTool =>
      kind === "run"
        ? tool({ ...simple, name, run: () => "done" })
        : tool({ ...simple, name, orchestrate: async () => "done" });
    const tools = [make("a"), make("b")];
    const calls = (policy: object) => {
      const registry = new ToolRegistry({ tools, policy });
      return async (run: Run) => {
        const a = await registry.execute({ id: "1", name: "a", args: {} }, run);
        const b = await registry.execute({ id: "1", name: "b", args: {} }, run);
        await run.waitFor("more");
        return [a, b];
      };
    };
    const first = new EmbeddedEngine({ journal });
    const handle = first.start(body(calls({ deny: { tools: ["b"] } })), undefined, { id: "r" });
    for await (const { type } of handle) if (type === "run-suspended") break;
    await first[Symbol.asyncDispose]();
    const second = new EmbeddedEngine({ journal });
    const resumed = await second.resume(body(calls({ deny: { tools: ["a"] } })), "r");
    await second.answer("r", "more", { value: 1 });
    expect(await resumed.result).toMatchObject([
      { ok: true, value: "done" },
      { ok: false, error: { code: "denied" } },
    ]);
  });

  test("asks where a tool that must run once may have happened, and takes the answer for its outcome", async () => {
    const paid = { ok: true, value: "paid", durationMs: 0 };
    const odd = { ok: true, value: { ok: false }, durationMs: 0 };
    // What the tool gave, as it is, or as a result of a call.
    const answers = [
      [{ value: "paid" }, paid],
      [{ value: paid }, paid],
      [{ value: null }, { ...paid, value: null }],
      [{ value: { ok: false } }, odd],
      [{ fail: "the bank says no" }, undefined],
    ] as const;
    for (const [answer, expected] of answers) {
      const journal = memoryJournal();
      let calls = 0;
      const pay = tool({ ...simple, access: "money", run: () => (calls++, forever()) });
      const registry = registryOf(pay);
      const order = body((run) => registry.execute({ id: "1", name: "simple", args: {} }, run));
      const first = new EmbeddedEngine({ journal, inDoubt: "ask" });
      first.start(order, undefined, { id: "r" }).result.catch(() => {});
      await place().clock.advance(0);
      await first[Symbol.asyncDispose]();

      const second = new EmbeddedEngine({ journal, inDoubt: "ask" });
      const resumed = await second.resume(order, "r");
      await second.answer("r", "simple", answer);
      const result = await resumed.result;
      if (expected !== undefined) expect(result).toEqual(expected);
      else expect(failureOf(result)).toMatchObject({ code: "tool-failed", message: expect.stringContaining("bank") });
      expect(calls).toBe(1);
    }
  });

  test("goes on in the middle of a tool that orchestrates", async () => {
    const journal = memoryJournal();
    const steps: string[] = [];
    const book = tool({
      ...simple,
      access: "write",
      orchestrate: async (_args, run) => {
        await run.step("reserve", () => void steps.push("reserve"), { effect: "once" });
        const seat = await run.waitFor<string>("seat");
        await run.step("book", () => void steps.push("book"), { effect: "once" });
        return seat;
      },
    });
    const registry = registryOf(book);
    const order = body((run) => registry.execute({ id: "1", name: "simple", args: {} }, run));
    const first = new EmbeddedEngine({ journal });
    const handle = first.start(order, undefined, { id: "r" });
    for await (const { type } of handle) if (type === "run-suspended") break;
    await first[Symbol.asyncDispose]();
    const second = new EmbeddedEngine({ journal });
    await second.answer("r", "seat", { value: "12A" });
    expect(await (await second.resume(order, "r")).result).toMatchObject({ ok: true, value: "12A" });
    expect(steps).toEqual(["reserve", "book"]);
    expect(await history(journal, "r")).toContain("step-finished simple[1]/reserve");
  });
});

describe("what ends the run", () => {
  const hangs = [
    tool({ ...simple, name: "step", run: forever }),
    tool({ ...simple, name: "scope", orchestrate: (_args, run) => run.step("hang", forever) }),
    tool({
      ...simple,
      name: "stubborn",
      orchestrate: (_args, run) => run.step("hang", forever).catch(() => Promise.reject(new Error("never mind"))),
    }),
  ];

  test.each(hangs.map(({ name }) => name))("rejects the call: %s", async (name) => {
    const { engine, clock } = place();
    const registry = registryOf(...hangs);
    let outcome: unknown;
    const handle = engine.start(
      body((run) =>
        registry.execute({ id: "1", name, args: {} }, run).then(
          (result) => (outcome = result),
          (error: unknown) => {
            outcome = error;
            throw error;
          },
        ),
      ),
      undefined,
    );
    handle.result.catch(() => {});
    await clock.advance(0);
    await handle.cancel("enough");
    await clock.advance(0);
    expect(outcome).toMatchObject({ name: expect.stringContaining("Error") });
  });

  test("rejects a call that waits for its place, and frees none that it does not have", async () => {
    const { engine, clock } = place();
    let open = 0;
    const one = tool({
      ...simple,
      concurrency: 1,
      run: (_args, step) => (open++, step.defer(() => void open--), forever()),
    });
    const registry = registryOf(one);
    const start = (id: string) => {
      const call = body((run) => registry.execute({ id: "1", name: "simple", args: {} }, run));
      const handle = engine.start(call, undefined, { id });
      handle.result.catch(() => {});
      return handle;
    };
    const [first, second] = [start("a"), start("b")];
    await clock.advance(0);
    await second.cancel();
    expect(open).toBe(1);
    const third = start("c");
    await clock.advance(0);
    expect(open).toBe(1);
    await first.cancel();
    await clock.advance(0);
    expect(open).toBe(1);
    await third.cancel();
    expect(open).toBe(0);
  });
});

describe("places", () => {
  test("are as many as the tool says, over all runs and registries, first come, first served", async () => {
    const { engine, clock } = place();
    let open = 0;
    let most = 0;
    const order: number[] = [];
    const limited = tool({
      ...simple,
      concurrency: 2,
      input: z.object({ n: z.number() }),
      run: async ({ n }) => {
        most = Math.max(most, ++open);
        order.push(n);
        await new Promise<void>((resolve) => clock.timer(10, resolve));
        open--;
      },
    });
    const registries = [registryOf(limited), registryOf(limited)];
    const calls = Array.from({ length: 9 }, (_, n) =>
      (registries[n % 2] as ToolRegistry).call("simple", { n }, { engine, clock }),
    );
    await clock.advance(100);
    expect((await Promise.all(calls)).every(({ ok }) => ok)).toBe(true);
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("are waited for before the time-out begins, so that nothing is in doubt that never began", async () => {
    const { engine, clock } = place();
    const slow = tool({
      ...simple,
      access: "write",
      concurrency: 1,
      timeout: "8s",
      run: () => new Promise<string>((resolve) => clock.timer(5_000, () => resolve("done"))),
    });
    const calls = [1, 2, 3].map(() => slow.call({}, { engine, clock }));
    await clock.advance("20s");
    expect((await Promise.all(calls)).map(valueOf)).toEqual(["done", "done", "done"]);
  });

  test("are given back by a call that fails, that runs out of time, or that is in doubt", async () => {
    const journal = memoryJournal();
    const { engine, clock } = place({ inDoubt: "ask" }, journal);
    let calls = 0;
    const once = tool({
      ...simple,
      access: "write",
      concurrency: 1,
      timeout: "5s",
      run: () => (++calls === 1 ? forever() : calls === 2 ? Promise.reject(new Error("no")) : "done"),
    });
    const registry = registryOf(once);
    const call = body((run) => registry.execute({ id: "1", name: "simple", args: {} }, run, { clock }));
    engine.start(call, undefined, { id: "in-doubt" }).result.catch(() => {});
    const second = engine.run(call, undefined, { id: "second" });
    await clock.advance("5s");
    expect(failureOf(await second).code).toBe("tool-failed");
    expect(valueOf(await engine.run(call, undefined))).toBe("done");

    // Resumed, it still waits for an answer, and keeps nobody from calling.
    await engine[Symbol.asyncDispose]();
    const later = new EmbeddedEngine({ journal, clock, inDoubt: "ask" });
    const resumed = await later.resume(call, "in-doubt");
    await clock.advance("2s");
    const next = tool({
      ...simple,
      name: "next",
      orchestrate: (_args, run) => registry.call("simple", {}, { run, clock }),
    });
    expect(valueOf(await next.call({}, { engine: later }))).toMatchObject({ ok: true, value: "done" });
    await later.answer("in-doubt", "simple", { again: true });
    expect(valueOf(await resumed.result)).toBe("done");
  });

  test("of a tool that is tried again are taken anew for each attempt", async () => {
    const { engine, clock } = place();
    const order: string[] = [];
    let calls = 0;
    const flaky = tool({
      ...simple,
      concurrency: 1,
      retry: { attempts: 2, initialDelay: "1s", maxDelay: "1s" },
      input: z.object({ id: z.string() }),
      run: ({ id }) => {
        order.push(id);
        return ++calls === 1 ? Promise.reject(new Error("busy")) : id;
      },
    });
    const results = ["a", "b"].map((id) => flaky.call({ id }, { engine, clock }));
    await clock.advance("5s");
    expect((await Promise.all(results)).map(valueOf)).toEqual(["a", "b"]);
    expect(order.toSorted()).toEqual(["a", "a", "b"]);
  });

  test("of later attempts are waited for before their time-outs begin, too", async () => {
    const { engine, clock } = place();
    let calls = 0;
    const flaky = tool({
      ...simple,
      concurrency: 1,
      retry: 2,
      timeout: "10s",
      input: z.object({ id: z.string() }),
      run: ({ id }) => {
        if (id === "a" && ++calls === 1) throw new Error("busy");
        return id === "a" && calls === 3 ? forever() : new Promise((resolve) => clock.timer(9_000, () => resolve(id)));
      },
    });
    const results = ["a", "b", "c", "d"].map((id) => flaky.call({ id }, { engine, clock }));
    await clock.advance("1m");
    expect((await Promise.all(results)).map(valueOf)).toEqual(["a", "b", "c", "d"]);
    expect(calls).toBe(2);
  });

  test("are waited for without a time-out after an answer that a call in doubt is to be made again", async () => {
    const { engine, clock } = place({ inDoubt: "ask" });
    const slow = tool({
      ...simple,
      access: "write",
      concurrency: 1,
      timeout: "10s",
      input: z.object({ id: z.string() }),
      run: ({ id }, step) =>
        id === "a" && step.attempt === 1 && calls++ === 0
          ? forever()
          : new Promise((resolve) => clock.timer(9_000, () => resolve(id))),
    });
    let calls = 0;
    const registry = registryOf(slow);
    const execute = (id: string) =>
      engine.run(
        body((run) => registry.execute({ id, name: "simple", args: { id } }, run, { clock })),
        undefined,
        { id },
      );
    const first = execute("a");
    await clock.advance("10s");
    const others = ["b", "c"].map(execute);
    await clock.advance(0);
    await engine.answer("a", "simple", { again: true });
    await clock.advance("1m");
    expect((await Promise.all([first, ...others])).map(valueOf)).toEqual(["a", "b", "c"]);
  });

  test("of an attempt that has its place are given back when its time is over", async () => {
    const { engine, clock } = place();
    const flaky = tool({
      ...simple,
      concurrency: 1,
      retry: 2,
      timeout: "10s",
      input: z.object({ id: z.string() }),
      run: ({ id }, step) => (step.attempt === 1 && id === "a" ? Promise.reject(new Error("busy")) : forever()),
    });
    const results = ["a", "b"].map((id) => flaky.call({ id }, { engine, clock }));
    await clock.advance("1m");
    expect((await Promise.all(results)).map((result) => failureOf(result).code)).toEqual([
      "tool-timeout",
      "tool-timeout",
    ]);
    expect(clock.pending).toBe(0);
  });
});

describe("the log", () => {
  let records: LogRecord[];
  const listen = (level: "debug" | "info") =>
    configureLogging({ level, sink: ({ ...record }) => void (record.category[1] === "tool" && records.push(record)) });
  beforeEach(() => {
    records = [];
  });
  afterEach(() => configureLogging({ level: "off" }));

  const greet = tool({
    ...simple,
    name: "greet",
    input: z.object({ name: z.string() }),
    run: ({ name }) => `hi ${name}`,
  });
  const context = { tenant: "acme", agent: { name: "analyst", id: "7" } };
  const told = { tool: "greet", call: "call", step: "greet[call]", agent: "analyst", agentId: "7", tenant: "acme" };

  test("is told when a call starts and ends, of which agent, run, step and tool", async () => {
    await listen("info");
    const { clock, engine } = place();
    await greet.call({ name: "Ada" }, { ...context, clock, engine });
    expect(records.map(({ level, rawMessage, properties }) => [level, rawMessage, properties])).toEqual([
      ["info", 'tool "greet" started', { ...told, run: expect.any(String) }],
      ["info", 'tool "greet" finished', { ...told, run: expect.any(String), durationMs: 0, outcome: "ok" }],
    ]);
    expect(JSON.stringify(records)).not.toContain("Ada");
  });

  test("is told arguments and results at debug", async () => {
    await listen("debug");
    await greet.call({ name: "Ada" }, context);
    expect(records.filter(({ level }) => level === "debug").map(({ properties }) => properties)).toMatchObject([
      { arguments: { name: "Ada" } },
      { result: "hi Ada" },
    ]);
  });

  test("is told the key that a call has on record, also of one that is a scope, and of one that is refused", async () => {
    await listen("info");
    const { engine } = place();
    const scope = tool({ ...simple, name: "scope", orchestrate: (_, run) => run.step("inner", () => 1) });
    const tools = registryOf(greet, scope);
    const calls = async (run: Run): Promise<void> => {
      await tools.execute({ id: "1", name: "greet", args: { name: "Ada" } }, run);
      await tools.execute({ id: "2", name: "scope", args: {} }, run);
      await tools.execute({ id: "3", name: "scope", args: { more: 1 } }, run);
    };
    await engine.run(
      body((run) => run.scope("part", calls)),
      undefined,
    );
    expect(records.map(({ properties: { step, outcome } }) => [step, outcome])).toEqual([
      ["part/greet[1]", undefined],
      ["part/greet[1]", "ok"],
      ["part/scope[2]", undefined],
      ["part/scope[2]", "ok"],
      ["part/scope[3]", undefined],
      ["part/scope[3]", "invalid-arguments"],
    ]);
  });

  test("is told how a call failed", async () => {
    await listen("info");
    const { clock, engine } = place();
    const fails = tool({ ...simple, access: "write", timeout: "5s", run: forever });
    const result = fails.call({}, { clock, engine });
    await clock.advance("5s");
    await result;
    await greet.call({ name: 5 } as never);
    await registryOf().call("none", {});
    const scope = tool({ ...simple, name: "scope", orchestrate: () => Promise.reject(new Error("no")) });
    await scope.call({});
    expect(records.filter(({ level }) => level === "warning").map(({ properties }) => properties)).toMatchObject([
      { tool: "simple", outcome: "in-doubt", durationMs: 5_000 },
      { tool: "greet", outcome: "invalid-arguments" },
      { tool: "none", outcome: "unknown-tool" },
      { tool: "scope", outcome: "tool-failed" },
    ]);
  });

  test("is told no error of a call that failed, or that a person says failed: the model goes on with it", async () => {
    const levels: string[] = [];
    const sink = ({ level, category }: LogRecord): void => void levels.push(`${level} ${category.join(".")}`);
    await configureLogging({ level: "warning", sink });
    const { clock, engine } = place({ inDoubt: "ask" });
    await tool({ ...simple, run: () => Promise.reject(new Error("no")) }).call({}, { engine });
    expect(levels).toEqual(["warning aitor.step", "warning aitor.tool"]);
    const charge = tool({ ...simple, name: "charge", access: "write", timeout: "5s", run: forever });
    const run = body((r) => registryOf(charge).execute({ id: "1", name: "charge", args: {} }, r));
    const result = engine.run(run, undefined, { id: "r" });
    await clock.advance("5s");
    await engine.answer("r", "charge[1]", { fail: "the bank says no" });
    expect(failureOf(await result).message).toContain("the bank says no");
    expect(levels.filter((line) => line.startsWith("error"))).toEqual([]);
  });
});

/** What a run gives whose process dies at that write, and which is resumed on what is on record; how many writes it makes. */
async function throughCrash<Output>(
  execute: (run: Run) => Promise<Output>,
  point?: CrashPoint,
): Promise<{ output: Output; appends: number }> {
  const journal = memoryJournal();
  const dying = crashingJournal(journal, point);
  const first = new EmbeddedEngine({ journal: dying }).run(body(execute), undefined, { id: "r" });
  const output = await Promise.race([first, dying.crashed.then(() => undefined)]);
  const { appends } = dying;
  if (point === undefined) return { output: output as Output, appends };
  const engine = new EmbeddedEngine({ journal });
  const known = (await history(journal, "r")).length > 0;
  const again = known
    ? (await engine.resume(body(execute), "r")).result
    : engine.run(body(execute), undefined, { id: "r" });
  return { output: await again, appends };
}
