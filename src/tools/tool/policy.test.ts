// Which calls are made: denied > tenant > allow-list > approval.
// - what a policy refuses by name, access or category is not shown to models, and is refused where it is called anyway
// - a rule may look at a call's arguments; where it throws, or says nothing clear, it counts against the call
// - a view only takes away from what it is a view of
// - an approval is of one tool, its exact arguments, tenant, run and call, before it expires; a model cannot give it
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { approvalHash } from "./approval.ts";
import {
  type Approval,
  type AnyTool,
  type ApprovalSubject,
  tool,
  type ToolContext,
  type ToolPolicy,
  ToolRegistry,
} from "../index.ts";
import { body, failureOf, place, valueOf } from "../tools.fixture.ts";

const made = (name: string, access: AnyTool["access"], category?: string): AnyTool =>
  tool({
    name,
    description: "…",
    access,
    ...(category !== undefined && { category }),
    input: z.object({ path: z.string().default("a") }),
    run: () => name,
  });
const tools = [
  made("look", "read", "files"),
  made("save", "write", "files"),
  made("fetch", ["read", "external"], "web"),
  made("shell", "exec"),
];
const names = (policy: ToolPolicy): string[] => new ToolRegistry({ tools, policy }).list().map(({ name }) => name);

describe("a policy", () => {
  const policies: readonly (readonly [what: string, policy: ToolPolicy, left: string[]])[] = [
    ["nothing", {}, ["look", "save", "fetch", "shell"]],
    ["denies a name", { deny: { tools: ["save"] } }, ["look", "fetch", "shell"]],
    ["denies an access", { deny: { access: ["external", "exec"] } }, ["look", "save"]],
    ["denies a category", { deny: { categories: ["files"] } }, ["fetch", "shell"]],
    ["allows names", { allow: { tools: ["save", "none"] } }, ["save"]],
    ["allows an access, and no tool that has others too", { allow: { access: ["read", "write"] } }, ["look", "save"]],
    ["allows a category or a name", { allow: { categories: ["web"], tools: ["shell"] } }, ["fetch", "shell"]],
    ["allows nothing", { allow: {} }, []],
    ["denies what it allows", { allow: { access: ["read"] }, deny: { tools: ["look"] } }, []],
    [
      "denies what it would ask about",
      { approval: { access: ["write"] }, deny: { tools: ["save"] } },
      ["look", "fetch", "shell"],
    ],
  ];

  test.each(policies)("that %s leaves the rest, and refuses calls of others", async (_, policy, left) => {
    expect(names(policy)).toEqual(left);
    const registry = new ToolRegistry({ tools, policy });
    for (const { name } of tools) {
      const result = await registry.call(name, {});
      if (left.includes(name)) expect(valueOf(result)).toBe(name);
      else expect(failureOf(result)).toMatchObject({ code: "denied" });
    }
  });

  test("refuses a tool that is another tenant's as one that there is not, also where it denies it", async () => {
    const registry = new ToolRegistry({ policy: { deny: { tools: ["save"] } } });
    registry.register(made("save", "write"), { tenants: ["acme"] });
    expect(failureOf(await registry.call("save", {}, { tenant: "zeta" })).code).toBe("unknown-tool");
    expect(failureOf(await registry.call("save", {}, { tenant: "acme" })).code).toBe("denied");
  });

  test("looks at a call's arguments and context, as the model wrote them", async () => {
    const seen: unknown[] = [];
    const deny: ToolPolicy["deny"] = ({ tool: name, args, context, access, category }) => {
      seen.push([name, args, context.tenant, access, category]);
      return (args as { path?: string }).path === "/etc" && "not that folder";
    };
    const registry = new ToolRegistry({ tools, policy: { deny } });
    expect(failureOf(await registry.call("look", { path: "/etc" }, { tenant: "acme" })).message).toContain(
      "not that folder",
    );
    expect(valueOf(await registry.call("look", {}))).toBe("look");
    expect(seen).toEqual([
      ["look", { path: "/etc" }, "acme", ["read"], "files"],
      ["look", {}, undefined, ["read"], "files"],
    ]);
  });

  test.each([
    [
      "a denial that throws",
      {
        deny: () => {
          throw new Error("down");
        },
      },
      "denied",
    ],
    ["a denial in a promise", { deny: async () => false }, "denied"],
    ["a denial in a promise that rejects", { deny: () => Promise.reject(new Error("down")) }, "denied"],
    [
      "a permission that throws",
      {
        allow: () => {
          throw new Error("down");
        },
      },
      "denied",
    ],
    ["a permission in a promise", { allow: async () => true }, "denied"],
    ["a permission in a promise that rejects", { allow: () => Promise.reject(new Error("down")) }, "denied"],
    ["a permission of nothing", { allow: () => undefined }, "denied"],
    ["a permission of false", { allow: () => false }, "denied"],
    [
      "an approval that throws",
      {
        approval: () => {
          throw new Error("down");
        },
      },
      "approval-required",
    ],
    ["an approval in a promise", { approval: async () => false }, "approval-required"],
    [
      "an approval in a promise that rejects",
      { approval: () => Promise.reject(new Error("down")) },
      "approval-required",
    ],
  ])("counts against the call: %s", async (_, policy, code) => {
    const registry = new ToolRegistry({ tools, policy: policy as unknown as ToolPolicy });
    expect(failureOf(await registry.call("look", {})).code).toBe(code);
  });

  test("says of a rule that gives a promise that it decides nothing", async () => {
    const registry = new ToolRegistry({ tools, policy: { allow: (async () => true) as never } });
    expect(failureOf(await registry.call("look", {})).message).toContain(
      "it gave a promise, and has to decide at once",
    );
  });

  test("of a view only takes away, however it is written", async () => {
    const policy: ToolPolicy = { deny: { tools: ["shell"] }, allow: { access: ["read", "external", "exec"] } };
    const registry = new ToolRegistry({ tools, policy });
    const view = registry.view({ policy: { allow: { tools: ["shell", "save", "fetch"] } } });
    expect(view.list().map(({ name }) => name)).toEqual(["fetch"]);
    const inner = view.view({ policy: { allow: () => true } });
    for (const name of ["look", "save", "shell"]) expect(failureOf(await inner.call(name, {})).code).toBe("denied");
    expect(valueOf(await inner.call("fetch", {}))).toBe("fetch");
  });
});

describe("approval", () => {
  const pay = tool({
    name: "pay",
    description: "Pays somebody.",
    access: "money",
    input: z.object({ euros: z.number(), to: z.string().default("Ada") }),
    approval: ({ euros }) => euros > 50 && `${euros} € is much`,
    run: ({ euros }) => `paid ${euros}`,
  });
  const registry = new ToolRegistry({ tools: [pay, ...tools], policy: { approval: { access: ["exec"] } } });
  const call = { id: "call-1", name: "pay", args: { euros: 80 } };
  const NOW = 1_000;

  test("is asked for where the tool or the policy says so, with what a person has to see", async () => {
    expect(await registry.needsApproval(call, { tenant: "acme" })).toEqual({
      tool: "pay",
      description: "Pays somebody.",
      access: ["money"],
      args: { euros: 80 },
      tenant: "acme",
      reason: "80 € is much",
    });
    expect(await registry.needsApproval({ ...call, args: '{"euros": 80}' })).toMatchObject({ args: { euros: 80 } });
    expect(await registry.needsApproval({ ...call, args: { euros: 5 } })).toBeUndefined();
    expect(await registry.needsApproval({ id: "1", name: "shell", args: {} })).toMatchObject({
      reason: "the policy asks for it",
    });
    expect(await registry.needsApproval({ id: "1", name: "look", args: {} })).toBeUndefined();
  });

  test("may be asked for where some call of the tool needs it, for all that can be told without the call", () => {
    expect(
      registry
        .list()
        .filter(({ name }) => registry.mayAsk(name))
        .map(({ name }) => name),
    ).toEqual(["pay", "shell"]);
    expect(registry.mayAsk("pay", "acme")).toBe(true);
    expect(registry.mayAsk("payy")).toBe(false);
    const view = registry.view({ tenant: "acme" });
    expect(view.mayAsk("pay")).toBe(true);
    expect(() => view.mayAsk("pay", "other")).toThrow('expected: "acme", or none');
  });

  test("is not asked for where the call would be refused anyway", async () => {
    expect(await registry.needsApproval({ ...call, args: { euros: "80" } })).toBeUndefined();
    expect(await registry.needsApproval({ ...call, name: "payy" })).toBeUndefined();
    expect(await registry.view({ policy: { deny: { tools: ["pay"] } } }).needsApproval(call)).toBeUndefined();
  });

  const subject: ApprovalSubject = {
    tool: "pay",
    args: { euros: 80 },
    tenant: undefined,
    expires: NOW + 1,
    run: "run-1",
    call: "call-1",
  };
  const approval: Approval = { hash: approvalHash(subject), expires: subject.expires };

  async function execute(context: ToolContext, args: unknown = call.args, id = call.id, run = "run-1") {
    const { engine, clock } = place();
    await clock.advance(NOW);
    const runnable = body((r) => registry.execute({ ...call, id, args }, r, { clock, ...context }));
    return engine.run(runnable, undefined, { id: run });
  }

  test("lets this very call be made, and no other one", async () => {
    expect(valueOf(await execute({ approval }))).toBe("paid 80");
    const others = [
      execute({}),
      execute({ approval }, { euros: 81 }),
      execute({ approval }, { euros: 80, to: "Eve" }),
      execute({ approval }, call.args, "call-2"),
      execute({ approval }, call.args, "call-1", "run-2"),
      execute({ approval, tenant: "acme" }),
      execute({ approval: { ...approval, expires: NOW + 100_000 } }),
      execute({ approval: { hash: approvalHash({ ...subject, expires: NOW }), expires: NOW } }),
      execute({ approval: { hash: approvalHash({ ...subject, expires: Number.NaN }), expires: Number.NaN } }),
      execute({ approval: { hash: approvalHash({ ...subject, tool: "shell" }), expires: NOW + 1 } }),
    ];
    for (const other of await Promise.all(others)) {
      expect(failureOf(other)).toMatchObject({
        code: "approval-required",
        fix: expect.stringMatching(/the reason is: 8[01] € is much/),
      });
    }
  });

  test("is of equal arguments in whatever order and form", async () => {
    const reordered = approvalHash({ ...subject, args: { to: "Eve", euros: 80 } });
    expect(approvalHash({ ...subject, args: { euros: 80, to: "Eve" } })).toBe(reordered);
    expect(valueOf(await execute({ approval }, '{"euros": 8e1}'))).toBe("paid 80");
  });

  test("cannot be given by a model, wherever it writes it", async () => {
    const written = { ...call, args: { ...call.args, approval }, approval } as never;
    const result = await place().engine.run(
      body((run) => registry.execute(written, run)),
      undefined,
      { id: "run-1" },
    );
    expect(result.ok).toBe(false);
    expect(failureOf(await execute({}, call.args))).toMatchObject({ code: "approval-required" });
  });

  test("has another hash for every other subject", () => {
    const subjects = fc.record({
      tool: fc.string(),
      args: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
      tenant: fc.option(fc.string(), { nil: undefined }),
      expires: fc.nat(),
      run: fc.string(),
      call: fc.string(),
    });
    fc.assert(
      fc.property(subjects, subjects, (a, b) => {
        expect(approvalHash(a)).toMatch(/^[0-9a-f]{32}$/);
        expect(approvalHash({ ...a })).toBe(approvalHash(a));
        for (const field of Object.keys(a) as (keyof typeof a)[]) {
          const changed = { ...a, [field]: b[field] };
          const isSame = JSON.stringify(changed) === JSON.stringify(a);
          const sameArgs = field === "args" && approvalHash(changed) === approvalHash(a);
          if (!isSame && !sameArgs) expect(approvalHash(changed)).not.toBe(approvalHash(a));
        }
      }),
    );
  });
});
