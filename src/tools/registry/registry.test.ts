// A registry
// - gives models the tools of a tenant: what is everybody's, and the tenant's own, which nobody else sees or may call
// - makes a tenant's own tools when the tenant first asks; one that cannot be made is left out, and tried again
// - lists by category, and leaves out what the policy would refuse anyway
// - refuses a name that is taken for the same tenant
// - may be changed while agents run: calls under way go on with the tool that they have; it is disposed when they have ended
// - opens a tool once, however many calls wait for it, and again where that failed
// - agrees with a plain model of itself under random registrations and calls
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { configureLogging, type LogRecord, type Run } from "../../base/index.ts";
import { type AnyTool, type Tool, tool, ToolRegistry } from "../index.ts";
import { body, failureOf, forever, place, valueOf } from "../tools.fixture.ts";

const named = (name: string, value: unknown = name, category?: string): AnyTool =>
  tool({
    name,
    description: "Says who it is.",
    access: "read",
    ...(category !== undefined && { category }),
    input: z.object({}),
    run: () => value,
  });
const names = (tools: readonly { readonly name: string }[]): string[] => tools.map(({ name }) => name);

describe("tenants", () => {
  function shop(): ToolRegistry {
    const registry = new ToolRegistry({ tools: [named("clock")] });
    registry.register(named("acme_orders"), { tenants: ["acme"] });
    registry.register(named("orders", "acme's"), { tenants: ["acme"] });
    registry.register(named("orders", "zeta's"), { tenants: ["zeta", "beta"] });
    return registry;
  }

  test("see what is everybody's and what is their own", () => {
    const registry = shop();
    expect(names(registry.list())).toEqual(["clock"]);
    expect(names(registry.list({ tenant: "acme" }))).toEqual(["clock", "acme_orders", "orders"]);
    expect(names(registry.definitions({ tenant: "zeta" }))).toEqual(["clock", "orders"]);
    expect(names(registry.view({ tenant: "beta" }).list())).toEqual(["clock", "orders"]);
    expect(names(registry.list({ tenant: "nobody" }))).toEqual(["clock"]);
  });

  test("call their own, each in its place", async () => {
    const registry = shop();
    expect(valueOf(await registry.call("orders", {}, { tenant: "acme" }))).toBe("acme's");
    expect(valueOf(await registry.call("orders", {}, { tenant: "beta" }))).toBe("zeta's");
    expect(valueOf(await registry.view({ tenant: "zeta" }).call("orders", {}))).toBe("zeta's");
  });

  test("cannot call, or learn of, what is another's", async () => {
    const registry = shop();
    for (const view of [registry, registry.view({ tenant: "zeta" }), registry.view({ tenant: "nobody" })]) {
      const failure = failureOf(await view.call("acme_orders", {}));
      expect(failure.code).toBe("unknown-tool");
      expect(failure.nearest).not.toBe("acme_orders");
      expect(failure.expected).not.toContain("acme");
    }
  });

  test("are checked again at the call: what was taken away since is refused", async () => {
    const registry = shop();
    const view = registry.view({ tenant: "acme" });
    expect(names(view.list())).toContain("orders");
    await registry.unregister("orders", { tenant: "acme" });
    expect(failureOf(await view.call("orders", {})).code).toBe("unknown-tool");
    expect(valueOf(await registry.call("orders", {}, { tenant: "zeta" }))).toBe("zeta's");
  });

  test("have views that nobody can make another tenant's", async () => {
    const view = shop().view({ tenant: "acme" });
    const other = { code: "invalid-option", got: '"zeta"' };
    expect(() => view.view({ tenant: "zeta" })).toThrow(expect.objectContaining(other));
    expect(() => view.list({ tenant: "zeta" })).toThrow(expect.objectContaining(other));
    await expect(view.call("orders", {}, { tenant: "zeta" })).rejects.toMatchObject(other);
    const { engine } = place();
    const call = body((run) => view.execute({ id: "1", name: "orders", args: {} }, run, { tenant: "zeta" }));
    await expect(engine.run(call, undefined)).rejects.toMatchObject(other);
  });

  test("have tools made for them, once, when they first ask", async () => {
    const registry = new ToolRegistry();
    const made: string[] = [];
    registry.registerFactory("orders", (tenant) => {
      made.push(tenant);
      return tenant === "poor" ? undefined : named("orders", `${tenant}'s`);
    });
    expect(registry.list()).toEqual([]);
    expect(made).toEqual([]);
    expect(names(registry.list({ tenant: "acme" }))).toEqual(["orders"]);
    expect(valueOf(await registry.call("orders", {}, { tenant: "acme" }))).toBe("acme's");
    expect(failureOf(await registry.call("orders", {}, { tenant: "poor" })).code).toBe("unknown-tool");
    expect(failureOf(await registry.call("orders", {})).code).toBe("unknown-tool");
    expect(made).toEqual(["acme", "poor"]);
    await registry.releaseTenant("acme");
    expect(valueOf(await registry.call("orders", {}, { tenant: "acme" }))).toBe("acme's");
    expect(made).toEqual(["acme", "poor", "acme"]);
  });

  test("are told where their tool cannot be made: the call fails, and others go on", async () => {
    const registry = new ToolRegistry({ tools: [named("clock")] });
    registry.registerFactory("orders", (async () => named("orders")) as never);
    registry.registerFactory("invoices", (tenant) => named(tenant));
    const view = registry.view({ tenant: "acme" });
    expect(failureOf(await view.call("orders", {}))).toMatchObject({ code: "tool-unavailable" });
    expect(failureOf(await view.call("invoices", {}))).toMatchObject({
      code: "tool-unavailable",
      got: 'what was made for tenant "acme" is called "acme"',
    });
    expect(failureOf(await view.call("none", {})).code).toBe("unknown-tool");
    expect(valueOf(await view.call("clock", {}))).toBe("clock");
  });

  test("are shown the others while one of their tools cannot be made, which is tried again at the next look or call", async () => {
    const registry = new ToolRegistry({ tools: [named("clock", 1, "time")] });
    let isDown = true;
    registry.registerFactory("orders", () => {
      if (isDown) throw new Error("the vault is down");
      return named("orders", 1, "trade");
    });
    const view = registry.view({ tenant: "acme" });
    const shown = (): unknown[] => [names(view.list()), names(view.definitions()), view.categories()];
    expect(shown()).toEqual([["clock"], ["clock"], ["time"]]);
    expect(failureOf(await view.call("clok", {}))).toMatchObject({ expected: 'one of "clock"', nearest: "clock" });
    isDown = false;
    expect(names(view.definitions())).toEqual(["clock", "orders"]);
    expect(shown()).toEqual([
      ["clock", "orders"],
      ["clock", "orders"],
      ["time", "trade"],
    ]);
    expect(view.definitions()).toBe(view.definitions());

    isDown = true;
    await registry.releaseTenant("acme");
    expect(failureOf(await view.call("orders", {}))).toMatchObject({
      code: "tool-unavailable",
      got: 'it could not be made for tenant "acme": the vault is down',
    });
    expect(names(view.definitions())).toEqual(["clock"]);
    isDown = false;
    expect(valueOf(await view.call("orders", {}))).toBe(1);
    expect(names(view.definitions())).toEqual(["clock", "orders"]);
  });

  test("have the log told why one of their tools cannot be made", async () => {
    const records: LogRecord[] = [];
    await configureLogging({ level: "warning", sink: (record) => void records.push(record) });
    onTestFinished(() => configureLogging({ level: "off" }));
    const registry = new ToolRegistry();
    registry.registerFactory("orders", () => {
      throw new Error("the vault is down");
    });
    expect(registry.list({ tenant: "acme" })).toEqual([]);
    expect(records).toMatchObject([
      {
        category: ["aitor", "tool"],
        rawMessage: 'tool "orders" is not available: it could not be made for tenant "acme": the vault is down',
        properties: { tool: "orders", tenant: "acme" },
      },
    ]);
  });
});

describe("lists", () => {
  const registry = new ToolRegistry({
    tools: [named("a", 1, "files"), named("b"), named("c", 1, "web"), named("d", 1, "files")],
  });

  test("are in the order of registration, all or of one category", () => {
    expect(names(registry.list())).toEqual(["a", "b", "c", "d"]);
    expect(names(registry.list({ category: "files" }))).toEqual(["a", "d"]);
    expect(registry.categories()).toEqual(["files", "web"]);
  });

  test("give the same definitions each time", () => {
    expect(registry.definitions()[0]).toBe(registry.definitions()[0]);
    expect(Object.isFrozen(registry.definitions()[0])).toBe(true);
  });

  test("give the same list of definitions until the registry holds something else", async () => {
    const changing = new ToolRegistry({ tools: registry.list() });
    const view = changing.view({ policy: { deny: { tools: ["b"] } } });
    const told = (): string[] => view.definitions().map(({ name }) => name);
    const before = view.definitions();
    expect(view.definitions()).toBe(before);
    expect(told()).toEqual(["a", "c", "d"]);
    await changing.unregister("c");
    expect(told()).toEqual(["a", "d"]);
    changing.register(registry.list()[2] as AnyTool);
    expect(told()).toEqual(["a", "d", "c"]);
    expect(before.map(({ name }) => name)).toEqual(["a", "c", "d"]);
  });
});

test.each([
  ["everybody's, twice", undefined, undefined],
  ["everybody's, where a tenant has one", ["acme"], undefined],
  ["a tenant's, where everybody has one", undefined, ["acme"]],
  ["a tenant's, twice", ["acme", "zeta"], ["zeta"]],
])("a name that is taken is refused: %s", (_, first, second) => {
  const registry = new ToolRegistry();
  registry.register(named("a"), first === undefined ? {} : { tenants: first });
  const options = second === undefined ? {} : { tenants: second };
  const error = expect.objectContaining({ code: "tool-exists" });
  expect(() => registry.register(named("a"), options)).toThrow(error);
  expect(() => registry.registerFactory("a", () => undefined, options)).toThrow(error);
});

test("a call that is none, or of no run, is refused with how a tool is called without a run", async () => {
  const registry = new ToolRegistry({ tools: [named("a")] });
  const wrong = { code: "invalid-option", fix: expect.stringContaining("registry.call(name, args)") };
  await expect(registry.execute("a" as never, {} as never)).rejects.toMatchObject({ ...wrong, got: '"a"' });
  const call = { id: "1", name: "a", args: {} };
  await expect(registry.execute(call, { id: "r" } as never)).rejects.toMatchObject({
    ...wrong,
    got: "an object with id",
  });
});

test("options that cannot be used are refused", async () => {
  const registry = new ToolRegistry();
  const error = expect.objectContaining({ code: "invalid-option" });
  expect(() => registry.register(named("a"), { tenants: [] })).toThrow(error);
  expect(() => registry.register(named("a"), { tenants: [""] })).toThrow(error);
  expect(() => registry.register(5 as never)).toThrow(error);
  expect(() => registry.registerFactory("a", named("a") as never)).toThrow(error);
  expect(() => registry.registerFactory("a b", () => undefined)).toThrow(error);
  expect(() => new ToolRegistry({ maxOutput: 0 })).toThrow(error);
  expect(() => new ToolRegistry({ policy: { deny: "all" as never } })).toThrow(error);
  expect(() => new ToolRegistry({ policy: { deny: { tools: [undefined as never] } } })).toThrow(error);
  const refused = (make: () => unknown, got: string): void =>
    expect(make).toThrow(expect.objectContaining({ code: "invalid-option", got }));
  refused(() => new ToolRegistry([named("a")] as never), "an array of 1");
  refused(() => new ToolRegistry({ tools: { a: named("a") } as never }), "an object with a");
  const misspelt = (make: () => unknown, name: string): void => refused(make, `"${name}"`);
  // What is passed over without a word is open to all.
  misspelt(() => new ToolRegistry({ tool: [named("a")] } as never), "tool");
  misspelt(() => registry.register(named("a"), { tenant: "acme" } as never), "tenant");
  misspelt(() => registry.registerFactory("a", () => undefined, { tenant: "acme" } as never), "tenant");
  misspelt(() => registry.view({ tenants: ["acme"] } as never), "tenants");
  misspelt(() => registry.list({ categroy: "shop" } as never), "categroy");
  misspelt(() => registry.register(named("a"), { tenants: "acme" as never }), "acme");
  misspelt(() => registry.view({ policy: { denies: { access: ["money"] } } as never }), "denies");
  misspelt(() => registry.view({ policy: { deny: { acces: ["money"] } as never } }), "acces");
  misspelt(() => registry.view({ policy: { deny: { access: ["monney" as never] } } }), "monney");
  misspelt(() => registry.view({ policy: { allow: { tools: "pay_all" as never } } }), "pay_all");
  refused(() => registry.view({ policy: { deny: { tools: [5] as never } } }), "number 5");
  expect(registry.list()).toEqual([]);
  registry.register(named("a"));
  await expect(registry.unregister("a", { tenants: ["acme"] } as never)).rejects.toMatchObject({ got: '"tenants"' });
  expect(registry.has("a")).toBe(true);
});

/** A tool with a connection of its own. */
class Orders implements Tool<{ id: string }, string> {
  readonly name: string = "orders";
  readonly description = "Looks up an order.";
  readonly access = "read";
  readonly input = z.object({ id: z.string() });
  readonly events: string[] = [];
  /** Settled by a test, where it waits. */
  answer: PromiseWithResolvers<void> | undefined;
  failsToOpen = false;

  async open(): Promise<void> {
    this.events.push("open");
    await Promise.resolve();
    if (this.failsToOpen) throw new Error("no route to host");
  }

  async run({ id }: { id: string }): Promise<string> {
    this.events.push(`run ${id}`);
    await this.answer?.promise;
    return `order ${id}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.events.push("dispose");
  }
}

describe("a tool that is a class with a connection", () => {
  test("is opened before its first call, once, and disposed with its registry", async () => {
    const orders = new Orders();
    {
      await using registry = new ToolRegistry({ tools: [orders] });
      expect(orders.events).toEqual([]);
      const calls = ["1", "2"].map((id) => registry.call("orders", { id }));
      expect((await Promise.all(calls)).map(valueOf)).toEqual(["order 1", "order 2"]);
      await registry.call("orders", { id: "3" });
    }
    expect(orders.events).toEqual(["open", "run 1", "run 2", "run 3", "dispose"]);
  });

  test("that was not open in time was not called, and never is; it is in no doubt", async () => {
    const opening = Promise.withResolvers<void>();
    class Payments extends Orders {
      override readonly access = "money" as never;
      readonly timeout = "5s";
      override open(): Promise<void> {
        return opening.promise;
      }
    }
    const payments = new Payments();
    await using registry = new ToolRegistry({ tools: [payments] });
    const { engine, clock } = place();
    const result = registry.call("orders", { id: "1" }, { engine, clock });
    await clock.advance("5s");
    expect(failureOf(await result).code).toBe("tool-timeout");
    opening.resolve();
    await clock.advance(0);
    expect(valueOf(await registry.call("orders", { id: "2" }))).toBe("order 2");
    expect(payments.events).toEqual(["run 2"]);
  });

  test("may say its time-out and its retries by its prototype", async () => {
    class Slow extends Orders {
      get timeout() {
        return "5s" as const;
      }
      override run(): Promise<never> {
        return forever();
      }
    }
    const { engine, clock } = place();
    const result = new ToolRegistry({ tools: [new Slow()] }).call("orders", { id: "1" }, { engine, clock });
    await clock.advance("5s");
    expect(failureOf(await result).code).toBe("tool-timeout");
    class Payments extends Orders {
      override readonly access = "money" as never;
      get retry(): number {
        return 2;
      }
    }
    expect(() => new ToolRegistry({ tools: [new Payments()] })).toThrow(
      expect.objectContaining({ code: "invalid-option", expected: "no retry of a tool that must run once" }),
    );
  });

  test("is not disposed where nobody opened it", async () => {
    const orders = new Orders();
    await new ToolRegistry({ tools: [orders] })[Symbol.asyncDispose]();
    expect(orders.events).toEqual([]);
  });

  test("fails a call where it cannot be opened, and tries again at the next one", async () => {
    const orders = new Orders();
    const registry = new ToolRegistry({ tools: [orders] });
    orders.failsToOpen = true;
    expect(failureOf(await registry.call("orders", { id: "1" }))).toMatchObject({
      code: "tool-unavailable",
      got: "it could not be opened: no route to host",
    });
    orders.failsToOpen = false;
    expect(valueOf(await registry.call("orders", { id: "2" }))).toBe("order 2");
    expect(orders.events).toEqual(["open", "open", "run 2"]);
  });

  test("goes on with a call under way when it is unregistered, and is disposed then", async () => {
    const orders = new Orders();
    orders.answer = Promise.withResolvers();
    const registry = new ToolRegistry({ tools: [orders] });
    const call = registry.call("orders", { id: "1" });
    await expect.poll(() => orders.events).toContain("run 1");
    const gone = registry.unregister("orders");
    expect(registry.list()).toEqual([]);
    expect(failureOf(await registry.call("orders", { id: "2" })).code).toBe("unknown-tool");
    orders.answer.resolve();
    expect(valueOf(await call)).toBe("order 1");
    expect(await gone).toBe(true);
    expect(await registry.unregister("orders")).toBe(false);
    expect(orders.events).toEqual(["open", "run 1", "dispose"]);
  });

  test("is opened anew where it is registered while it is being disposed, when that is over", async () => {
    const orders = new Orders();
    const closed = Promise.withResolvers<void>();
    orders[Symbol.asyncDispose] = async () => {
      orders.events.push("dispose");
      await closed.promise;
    };
    const registry = new ToolRegistry({ tools: [orders] });
    const { engine, clock } = place();
    await registry.call("orders", { id: "1" });
    const gone = registry.unregister("orders");
    registry.register(orders);
    await expect.poll(() => orders.events).toContain("dispose");
    const call = registry.call("orders", { id: "2" }, { engine, clock });
    await clock.advance(0);
    const goneAgain = registry.unregister("orders");
    await clock.advance(0);
    expect(orders.events).toEqual(["open", "run 1", "dispose"]);
    closed.resolve();
    expect(valueOf(await call)).toBe("order 2");
    expect(await Promise.all([gone, goneAgain])).toEqual([true, true]);
    expect(orders.events).toEqual(["open", "run 1", "dispose", "open", "run 2", "dispose"]);
  });

  test("is opened anew where its disposal failed", async () => {
    const orders = new Orders();
    const registry = new ToolRegistry({ tools: [orders] });
    await registry.call("orders", { id: "1" });
    orders[Symbol.asyncDispose] = () => Promise.reject(new Error("not in order"));
    await expect(registry.unregister("orders")).rejects.toThrow("not in order");
    registry.register(orders);
    expect(valueOf(await registry.call("orders", { id: "2" }))).toBe("order 2");
    expect(orders.events).toEqual(["open", "run 1", "open", "run 2"]);
  });

  test("is the one that a call has which is tried again, whoever unregisters it in between", async () => {
    class Flaky extends Orders {
      readonly retry = { attempts: 3, initialDelay: "1s", maxDelay: "1s" } as const;
      override run(args: { id: string }): Promise<string> {
        if (this.events.length > 1) return super.run(args);
        this.events.push("fails");
        throw new Error("busy");
      }
    }
    const orders = new Flaky();
    const registry = new ToolRegistry({ tools: [orders] });
    const { engine, clock } = place();
    const call = registry.call("orders", { id: "1" }, { engine, clock });
    await expect.poll(() => orders.events).toContain("fails");
    const gone = registry.unregister("orders");
    expect(failureOf(await registry.call("orders", { id: "2" })).code).toBe("unknown-tool");
    await clock.advance("2s");
    expect(valueOf(await call)).toBe("order 1");
    expect(await gone).toBe(true);
    expect(orders.events).toEqual(["open", "fails", "run 1", "dispose"]);
  });

  test("is not kept by a call in doubt, which waits for a person", async () => {
    class Payments extends Orders {
      override readonly access = "money" as never;
      readonly timeout = "5s";
    }
    const payments = new Payments();
    payments.answer = Promise.withResolvers();
    const registry = new ToolRegistry({ tools: [payments] });
    const { engine, clock } = place({ inDoubt: "ask" });
    const call = body((run) => registry.execute({ id: "1", name: "orders", args: { id: "1" } }, run, { clock }));
    const result = engine.run(call, undefined, { id: "r" });
    await clock.advance("5s");
    expect(await registry.unregister("orders")).toBe(true);
    expect(payments.events).toEqual(["open", "run 1", "dispose"]);
    await engine.answer("r", "orders", { value: "paid" });
    expect(valueOf(await result)).toBe("paid");
  });

  test("without an opening is disposed once, however often it was registered and taken away during a call", async () => {
    const orders = new Orders();
    const answer = (orders.answer = Promise.withResolvers());
    const registry = new ToolRegistry({ tools: [Object.assign(orders, { open: undefined })] });
    const call = registry.call("orders", { id: "1" });
    await expect.poll(() => orders.events).toContain("run 1");
    const first = registry.unregister("orders");
    registry.register(orders);
    const second = registry.unregister("orders");
    answer.resolve();
    expect(valueOf(await call)).toBe("order 1");
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(orders.events).toEqual(["run 1", "dispose"]);
  });

  test("lives as long as the last registry that has it, and again where it is registered again", async () => {
    const orders = new Orders();
    const registries = [new ToolRegistry({ tools: [orders] }), new ToolRegistry({ tools: [orders] })] as const;
    await registries[0].call("orders", { id: "1" });
    await registries[0][Symbol.asyncDispose]();
    expect(valueOf(await registries[1].call("orders", { id: "2" }))).toBe("order 2");
    await registries[1][Symbol.asyncDispose]();
    await registries[1][Symbol.asyncDispose]();
    registries[1].register(orders);
    await registries[1].call("orders", { id: "3" });
    expect(orders.events).toEqual(["open", "run 1", "run 2", "dispose", "open", "run 3"]);
  });

  test("is one tenant's, where a factory makes it, and goes with the tenant", async () => {
    const made = new Map<string, Orders>();
    const registry = new ToolRegistry();
    registry.registerFactory("orders", (tenant) => {
      const orders = new Orders();
      made.set(tenant, orders);
      return orders;
    });
    for (const tenant of ["acme", "zeta"]) await registry.call("orders", { id: "1" }, { tenant });
    await registry.releaseTenant("acme");
    expect(made.get("acme")?.events).toEqual(["open", "run 1", "dispose"]);
    await registry[Symbol.asyncDispose]();
    expect(made.get("zeta")?.events).toEqual(["open", "run 1", "dispose"]);
  });

  test("that orchestrates is opened and disposed in the same way", async () => {
    class Books extends Orders {
      override readonly name = "books";
      override readonly run = undefined as never;
      async orchestrate({ id }: { id: string }): Promise<string> {
        this.events.push(`orchestrate ${id}`);
        return id;
      }
    }
    const books = new Books();
    {
      await using registry = new ToolRegistry({ tools: [books] });
      expect(valueOf(await registry.call("books", { id: "1" }))).toBe("1");
    }
    expect(books.events).toEqual(["open", "orchestrate 1", "dispose"]);
  });
});

// Registrations, removals and calls at random, side by side, beside a model: a map from tenant and name to a value.
type Action =
  | { readonly kind: "register"; readonly name: string; readonly tenant: string | undefined; readonly value: number }
  | { readonly kind: "unregister" | "call"; readonly name: string; readonly tenant: string | undefined };

const someName = fc.constantFrom("a", "b", "c");
const someTenant = fc.constantFrom(undefined, "acme", "zeta");
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant("register" as const), name: someName, tenant: someTenant, value: fc.nat() }),
  fc.record({ kind: fc.constantFrom("unregister" as const, "call" as const), name: someName, tenant: someTenant }),
);

test("under random registrations, removals and calls, each call gets what the registry held when it was made", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const registry = new ToolRegistry();
      const model = new Map<string, Map<string | undefined, number>>();
      await place().engine.run(
        body((run) => play(actions, registry, model, run)),
        undefined,
      );
      for (const tenant of [undefined, "acme", "zeta"]) {
        const has = (held: Map<string | undefined, number>): boolean =>
          held.has(undefined) || (tenant !== undefined && held.has(tenant));
        const visible = [...model].filter(([, held]) => has(held)).map(([name]) => name);
        expect(names(registry.list(of(tenant))).toSorted()).toEqual(visible.toSorted());
      }
    }),
    { numRuns: 200 },
  );
});

const of = (tenant: string | undefined): { tenant?: string } => (tenant === undefined ? {} : { tenant });

async function play(
  actions: readonly Action[],
  registry: ToolRegistry,
  model: Map<string, Map<string | undefined, number>>,
  run: Run,
): Promise<void> {
  const open: Promise<unknown>[] = [];
  for (const [index, action] of actions.entries()) {
    const { name, tenant } = action;
    const held = model.get(name) ?? new Map<string | undefined, number>();
    if (action.kind === "register") {
      const isTaken = held.has(undefined) || (tenant === undefined ? held.size > 0 : held.has(tenant));
      const register = (): void =>
        registry.register(disposable(name, action.value), tenant === undefined ? {} : { tenants: [tenant] });
      if (isTaken) expect(register).toThrow("there is one of that name");
      else register();
      if (!isTaken) model.set(name, held.set(tenant, action.value));
    } else if (action.kind === "unregister") {
      const had = tenant === undefined ? held.size > 0 : held.has(tenant);
      open.push(registry.unregister(name, of(tenant)).then((was) => expect(was).toBe(had)));
      if (tenant === undefined) held.clear();
      else held.delete(tenant);
    } else {
      const expected = (tenant === undefined ? undefined : held.get(tenant)) ?? held.get(undefined);
      const call = registry.execute({ id: `${index}`, name, args: {} }, run, of(tenant));
      open.push(
        call.then((result) => {
          if (result.ok) expect(result.value).toBe(expected);
          // Taken away before it began, it was not called at all.
          else expect(result.error.code).toBe(expected === undefined ? "unknown-tool" : "tool-unavailable");
        }),
      );
      if (index % 3 === 0) await open.at(-1);
    }
  }
  await Promise.all(open);
}

/** It takes a while, and tells where it was disposed meanwhile. */
function disposable(name: string, value: number): AnyTool {
  let isDisposed = false;
  return {
    name,
    description: "…",
    access: "read",
    input: { type: "object", properties: {} },
    run: async () => {
      for (let turn = 0; turn < 3; turn++) await Promise.resolve();
      return isDisposed ? "disposed under the call" : value;
    },
    [Symbol.asyncDispose]: async () => void (isDisposed = true),
  };
}
