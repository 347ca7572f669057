// What a host tells of its agents
// - messages from their receipt to their end, changes of memory with their patches, life; of one agent or of all, in order
// - once it is durable, and not to who no longer listens; an observer that throws harms nobody
// - onFailure hears of what somebody should look at, and of nothing else; without it, it is logged
import { afterEach, describe, expect, test } from "vitest";
import { configureLogging } from "../base/index.ts";
import type { LogRecord } from "../base/log-record.ts";
import { journals } from "../engine/journals.fixture.ts";
import { clerkOf, failureOf, Gates, stage, typesOf } from "./agent.fixture.ts";
import { defineAgent } from "./definition/agent-definition.ts";
import type { AgentEvent } from "./definition/agent-events.ts";

afterEach(() => configureLogging({ level: "off" }));

const notes = (gates = new Gates()) =>
  defineAgent({
    name: "notes",
    memory: () => ({ seen: ["first"] }),
    onReceive: async (text: string, ctx) => {
      ctx.memory.update((draft) => void draft.seen.push(text));
      if (text === "hold") await ctx.step("hold", () => gates.hold(text));
      if (text === "wait") await ctx.waitFor("go");
      if (text === "bad") throw new TypeError("cannot");
      return text.length;
    },
  });

describe.each(journals)("%s", (_, open) => {
  test("a message is told from its receipt to its end, and its change of memory with its patches", async () => {
    const { host, events } = stage(open());
    const agent = await host.open(notes(), "a");
    await agent.ask("one", { id: "m1" });
    await agent.ask("two", { id: "m2" });
    const of = { agent: { name: "notes", id: "a" }, at: 1_000, message: "m2", run: "notes/a/m2" };
    expect(events.filter((event) => "run" in event && event.run === "notes/a/m2")).toEqual([
      { type: "message-received", ...of, value: "two" },
      { type: "message-begun", ...of },
      { type: "message-handled", ...of, reply: 3, durationMs: 0 },
      {
        type: "memory-changed",
        agent: of.agent,
        at: 1_000,
        seq: expect.any(Number),
        run: of.run,
        patches: [{ op: "add", path: ["seen", 2], value: "two" }],
      },
    ]);
    const seqs = events.flatMap((event) => (event.type === "memory-changed" ? [event.seq] : []));
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  });

  test("an observer that is no function is refused", () => {
    const { host } = stage(open());
    const refused = expect.objectContaining({ code: "invalid-option", expected: "a function of events" });
    expect(() => host.observe(null as never)).toThrow(refused);
  });

  test("a function to be told of failures that is none is refused", () => {
    const refused = expect.objectContaining({ code: "invalid-option", expected: "a function of failures" });
    expect(() => stage(open(), { onFailure: "log" as never })).toThrow(refused);
  });

  test("failures, cancels, waits and changes from outside are told as such", async () => {
    const { host, clock, events } = stage(open());
    const agent = await host.open(notes(), "a");
    await failureOf(agent.ask("bad"));
    await agent.tell("wait", { id: "w" });
    await clock.advance(0);
    await agent.cancel("notes/a/w", "changed my mind");
    await agent.update((draft) => void draft.seen.pop());
    await host.delete(notes(), "a").catch(() => {});
    expect(typesOf(events)).toEqual([
      "message-received",
      "message-begun",
      "message-failed",
      "message-received",
      "message-begun",
      "message-suspended",
      "message-failed",
      "memory-changed",
    ]);
    const failed = events.filter((event) => event.type === "message-failed");
    expect(failed).toMatchObject([
      { cancelled: false, error: { name: "TypeError", message: "cannot" } },
      { cancelled: true, error: { code: "cancelled", cause: { message: "changed my mind" } } },
    ]);
    expect(events.find(({ type }) => type === "message-suspended")).toMatchObject({ waitsFor: ["go"] });
    expect(events.findLast(({ type }) => type === "memory-changed")).toMatchObject({ run: undefined });
  });

  test("after a restart a message that goes on is begun again", async () => {
    const journal = open();
    const first = stage(journal);
    await (await first.host.open(notes(), "a")).tell("hold", { id: "m" });
    await first.clock.advance(0);
    await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
    const gates = new Gates();
    gates.open("hold");
    const { host, clock, events } = stage(journal);
    await host.open(notes(gates), "a");
    await clock.advance(0);
    expect(typesOf(events)).toEqual(["message-begun", "message-handled", "memory-changed"]);
  });

  test("an observer of one agent hears of that one alone, until it ends it", async () => {
    const { host } = stage(open());
    const definition = notes();
    const [a, b] = [await host.open(definition, "a"), await host.open(definition, "b")];
    const heard: AgentEvent[] = [];
    const end = a.observe((event) => void heard.push(event));
    const twice = (event: AgentEvent): void => void heard.push(event);
    const [endOne, endOther] = [a.observe(twice), a.observe(twice)];
    endOne();
    endOther();
    await a.ask("one");
    await b.ask("other");
    end();
    end();
    await a.ask("two");
    expect(new Set(heard.map(({ agent }) => agent.id))).toEqual(new Set(["a"]));
    expect(heard.filter(({ type }) => type === "message-received")).toHaveLength(1);
  });

  test("an observer that throws or rejects harms nobody, and is logged", async () => {
    const logged: LogRecord[] = [];
    await configureLogging({ level: "error", sink: (record) => void logged.push(record) });
    const { host, events } = stage(open());
    host.observe(() => {
      throw new Error("thrown");
    });
    host.observe(() => Promise.reject(new Error("rejected")));
    const agent = await host.open(notes(), "a");
    expect(await agent.ask("one")).toBe(3);
    expect(typesOf(events)).toContain("message-handled");
    expect(logged.map(({ rawMessage }) => rawMessage)).toEqual(
      expect.arrayContaining(["an observer of agents failed: thrown", "an observer of agents failed: rejected"]),
    );
  });
});

describe("failures", () => {
  test("are those of handlers, not cancels, and each is told once", async () => {
    const { host, clock, failures } = stage();
    const agent = await host.open(notes(), "a");
    await agent.ask("good");
    await failureOf(agent.ask("bad", { id: "asked" }));
    await agent.tell("bad", { id: "told" });
    await agent.tell("wait", { id: "w" });
    await clock.advance(0);
    await agent.cancel("notes/a/w");
    expect(failures).toMatchObject([
      { type: "message-failed", message: "asked", cancelled: false },
      { type: "message-failed", message: "told", error: { message: "cannot" } },
    ]);
  });

  test("are messages that stand still since the code has changed; those of a host that is shut down are not", async () => {
    const first = stage();
    await (await first.host.open(clerkOf("old"), "a")).tell("x", { id: "m" });
    await first.clock.advance(0);
    await first.host.shutdown({ deadline: 0 });
    expect(first.failures).toEqual([]);
    const next = stage(first.journal);
    const agent = await next.host.open(clerkOf("new"), "a");
    const told = await failureOf(agent.ask("y"));
    expect(told).toMatchObject({ code: "agent-halted", cause: { code: "step-mismatch" } });
    expect(await failureOf(agent.update(() => 1))).toMatchObject({ code: "agent-halted" });
    expect(next.failures).toMatchObject([
      { type: "message-halted", agent: { name: "clerk", id: "a" }, message: "m", error: { code: "step-mismatch" } },
    ]);
    expect(next.host.stats()).toMatchObject({ halted: 1, handling: 0 });
    expect(await agent.read()).toBe(0);
    await next.host.shutdown();
  });

  test("are logged once where nobody is told", async () => {
    const logged: LogRecord[] = [];
    await configureLogging({ level: "error", sink: (record) => void logged.push(record) });
    const { host } = stage(undefined, { onFailure: undefined } as never);
    await failureOf((await host.open(notes(), "a")).ask("bad"));
    expect(logged.map(({ rawMessage }) => rawMessage)).toEqual(['run of "notes" failed: cannot']);
  });
});
