// An agent that is deleted
// - is forgotten: its memory, its messages, what their handling left on record, also of the runs they began; nothing is left
// - what was under way is cancelled first, nothing that waits is begun, and who asked is told; other agents, and those of like names, are untouched
// - may come again, as a new one; a process that dies at any moment meanwhile leaves all that is on record of it, or nothing
// - takes its blobs along, but for bytes that another agent put as well
// - leaves a journal that can be verified
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import type { BlobRef, EventEnvelope } from "../base/index.ts";
import { journals } from "../engine/journals.fixture.ts";
import type { Journal } from "../journal/index.ts";
import { wrapped } from "../journal/wrapped-journal.fixture.ts";
import { sqliteJournal } from "../sqlite/index.ts";
import { crashingJournal } from "../testing/index.ts";
import { became, Gates, stage } from "./agent.fixture.ts";
import { agentRef, defineAgent } from "./definition/agent-definition.ts";

function clerk(gates = new Gates(), whileSuspended: "wait" | "reject" = "wait") {
  return defineAgent({
    name: "clerk",
    memory: () => [] as string[],
    whileSuspended,
    onReceive: async (text: string, ctx) => {
      if (text === "bad") throw new Error("no");
      if (text === "hold") await ctx.step("hold", () => gates.hold(text));
      if (text === "wait") await ctx.waitFor("go");
      if (text === "child") {
        await ctx.child({ name: "child", version: "1", execute: (run) => run.step("s", () => 1) }, undefined);
      }
      ctx.memory.update((draft) => void draft.push(text));
      return text;
    },
  });
}

async function streamsOf(journal: Journal): Promise<string[]> {
  return (await Array.fromAsync(journal.heads())).map(({ stream }) => stream);
}

describe.each(journals)("%s", (_, open) => {
  test("nothing of it is left, and of others all", async () => {
    const { host, clock, journal, events } = stage(open());
    const definition = clerk();
    const [a, ab, b] = [
      await host.open(definition, "a"),
      await host.open(definition, "a/b"),
      await host.open(definition, "ab"),
    ];
    for (const agent of [a, ab, b]) for (const text of ["1", "child", "2"]) await agent.ask(text);
    await a.tell("bad");
    await a.tell("later", { delay: "1h" });
    await clock.advance(0);
    await host.delete(definition, "a");
    expect((await streamsOf(journal)).filter((stream) => /^(agent:)?clerk\/a(\/|$)/.test(stream))).toEqual([]);
    expect(await Array.fromAsync(journal.read("agent:clerk/a"))).toEqual([]);
    expect(await journal.snapshots.get("agent:clerk/a")).toBeUndefined();
    expect((await host.list()).map(({ id }) => id)).toEqual(["a/b", "ab"]);
    expect(await Array.fromAsync(host.deadLetters())).toEqual([]);
    expect([await ab.read(), await b.read()]).toEqual([
      ["1", "child", "2"],
      ["1", "child", "2"],
    ]);
    expect(events.at(-1)).toMatchObject({ type: "agent-deleted", agent: { name: "clerk", id: "a" } });
    await clock.advance("2h");
    expect((await streamsOf(journal)).filter((stream) => stream.startsWith("clerk/a/"))).toEqual([]);
  });

  test("who reads it at any moment of that keeps nothing of it awake", async () => {
    const { host, clock } = stage(open());
    const definition = clerk();
    const agent = await host.open(definition, "a");
    await agent.ask("1");
    const queued = [agent.ask("wait"), agent.ask("2")].map((asked) => asked.catch(() => agent.read()));
    await clock.advance(0);
    let isDeleted = false;
    const reading = (async () => {
      for (let n = 1; !isDeleted; n++) await (n % 100 === 0 ? setImmediate() : agent.read());
    })();
    await host.delete(definition, "a");
    isDeleted = true;
    await Promise.all([reading, ...queued]);
    expect(await agent.read()).toEqual([]);
    await agent.ask("new");
    expect(await agent.read()).toEqual(["new"]);
  });

  test("it may come again, as a new one, that knows no old message ids", async () => {
    const journal = open();
    const { host } = stage(journal);
    const definition = clerk();
    const agent = await host.open(definition, "a");
    await agent.ask("1", { id: "m" });
    await host.delete(definition, "a");
    expect(await agent.read()).toEqual([]);
    await agent.ask("new", { id: "m" });
    expect(await agent.read()).toEqual(["new"]);
    expect(await (await stage(journal).host.open(definition, "a")).read()).toEqual(["new"]);
  });

  test.each(["wait", "reject"] as const)("what is under way is cancelled, and who asked is told (%s)", async (how) => {
    const { host, clock, journal } = stage(open());
    const definition = clerk(new Gates(), how);
    const asker = defineAgent({
      name: "asker",
      memory: () => 0,
      onReceive: (text: string, ctx) => ctx.ask(agentRef<string, string>("clerk"), "a", text),
    });
    const agent = await host.open(definition, "a");
    const waits = became(agent.ask("wait"));
    const queued = became(agent.ask("queued"));
    await clock.advance(0);
    const asking = how === "wait" ? became((await host.open(asker, "r")).ask("x")) : undefined;
    await clock.advance(0);
    await host.delete(definition, "a");
    await clock.advance(0);
    expect(waits.error).toMatchObject({ code: "cancelled", cause: 'clerk "a" is deleted' });
    if (how === "wait") expect(queued.error).toMatchObject({ code: "cancelled" });
    if (asking !== undefined) expect(asking.error).toMatchObject({ name: "StepError" });
    expect((await streamsOf(journal)).filter((stream) => stream.includes("clerk/a"))).toEqual([]);
    await agent.ask("after");
    expect(await agent.read()).toEqual(["after"]);
  });

  test("its blobs go with it, those put before its first message too, but for bytes that another agent put as well", async () => {
    const { host, journal } = stage(open());
    const keeper = defineAgent({
      name: "keeper",
      memory: () => [] as BlobRef[],
      onReceive: async (text: string, ctx) => {
        const ref = await ctx.blobs.put(new TextEncoder().encode(text));
        ctx.memory.update((draft) => void draft.push(ref));
        return ref;
      },
    });
    const [a, b] = [await host.open(keeper, "a"), await host.open(keeper, "b")];
    const early = await a.blobs.put(Uint8Array.of(1, 2, 3));
    expect((await host.list()).map(({ id }) => id)).toEqual([]);
    const [own, shared] = [await a.ask("own"), await a.ask("shared")];
    expect(await b.ask("shared")).toEqual(shared);
    expect(new TextDecoder().decode(await b.blobs.get(own))).toBe("own");
    await host.delete(keeper, "a");
    for (const ref of [early, own]) {
      await expect(journal.blobs.get(ref)).rejects.toMatchObject({ code: "blob-missing" });
    }
    expect(new TextDecoder().decode(await b.blobs.get(shared))).toBe("shared");
    await host.delete(keeper, "b");
    await expect(journal.blobs.get(shared)).rejects.toMatchObject({ code: "blob-missing" });
  });

  test("what a process that died meanwhile left of it is listed, or nothing is left", async () => {
    let isAlive = false;
    for (let append = 1; !isAlive; append++) {
      for (const when of ["before", "after"] as const) {
        const journal = open();
        const [definition, first] = [clerk(), stage(journal)];
        const agent = await first.host.open(definition, "a");
        for (const text of ["1", "child", "2"]) await agent.ask(text);
        await agent.tell("later", { delay: "1h" });
        await first.host.shutdown();
        const crashing = crashingJournal(journal, { append, when });
        // A drop by itself is a moment, too.
        const drop = (stream: string) => crashing.append([], { drop: [stream] });
        const dying = stage(wrapped(crashing, { drop }));
        void dying.host.delete(definition, "a").catch(() => {});
        await dying.clock.advance(0);
        isAlive = crashing.appends < append;
        const { host } = stage(journal);
        const isListed = (await host.list()).some(({ id }) => id === "a");
        const memory = await (await host.open(definition, "a")).read();
        expect(memory).toEqual(isListed ? ["1", "child", "2"] : []);
        if (isListed) await host.delete(definition, "a");
        expect((await streamsOf(journal)).filter((stream) => stream.includes("clerk/a"))).toEqual([]);
      }
    }
  });

  test("what it sent to others is theirs, and stays", async () => {
    const { host, journal } = stage(open());
    const definition = clerk();
    const asker = defineAgent({
      name: "asker",
      memory: () => 0,
      onReceive: (text: string, ctx) => ctx.ask(definition, "a", text),
    });
    const [agent, asking] = [await host.open(definition, "a"), await host.open(asker, "r")];
    await asking.ask("1");
    const left = (await streamsOf(journal)).filter((stream) => stream.includes("clerk/a"));
    await host.delete(asker, "r");
    expect([await streamsOf(journal), await agent.read()]).toEqual([left, ["1"]]);
  });

  test("it is deleted whoever else deletes it", async () => {
    const { host, clock, journal } = stage(open());
    const definition = clerk();
    const agent = await host.open(definition, "a");
    for (const text of ["child", "wait", "1", "2", "3"]) await agent.tell(text);
    await clock.advance(0);
    await Promise.all([1, 2, 3].map(() => host.delete(definition, "a")));
    expect((await streamsOf(journal)).filter((stream) => stream.includes("clerk/a"))).toEqual([]);
  });

  test("a message that comes at any moment meanwhile does not keep it from that, and who asks is answered", async () => {
    for (const how of ["wait", "reject"] as const) {
      for (let turns = 0; turns < 40; turns++) {
        const { host, clock } = stage(open());
        const definition = clerk(new Gates(), how);
        const agent = await host.open(definition, "a");
        await agent.ask("known", { id: "known" });
        await agent.tell("wait");
        await clock.advance(0);
        const deleted = became(host.delete(definition, "a"));
        for (let turn = 0; turn < turns; turn++) await (turns < 20 ? undefined : setImmediate());
        const [asked] = [
          became(agent.ask("known", { id: "known" })),
          became(agent.ask("wait")),
          became(agent.tell("1")),
        ];
        for (let turn = 0; turn < 40; turn++) await setImmediate();
        await clock.advance(0);
        // Whatever came behind waits for an answer, and is all that does.
        for (const signal of await host.pending()) await host.answer(signal.run, signal.key, { value: "go" });
        for (let turn = 0; turn < 10; turn++) await setImmediate();
        await clock.advance(0);
        expect(deleted).toEqual({ value: undefined });
        expect(Object.keys(asked)).toHaveLength(1);
      }
    }
  });

  test("of what waits nothing is begun any more, and observers are told of each", async () => {
    const { host, clock, events } = stage(open());
    const begun: string[] = [];
    const definition = defineAgent({
      name: "mailer",
      memory: () => 0,
      onReceive: (text: string, ctx) => ctx.step("send", () => (begun.push(text), gates.hold(text))),
    });
    const gates = new Gates();
    const agent = await host.open(definition, "a");
    for (const text of ["1", "2", "3", "4"]) await agent.tell(text, { id: text });
    await clock.advance(0);
    await host.delete(definition, "a");
    expect(begun).toEqual(["1"]);
    const failed = events.filter(({ type }) => type === "message-failed");
    expect(failed).toMatchObject(["4", "3", "2", "1"].map((message) => ({ message, cancelled: true })));
  });

  test("a message that was not due is let go of, and its id may come again", async () => {
    const { host, clock } = stage(open());
    const definition = clerk();
    const agent = await host.open(definition, "a");
    await agent.tell("old", { id: "reminder", delay: "1h" });
    await host.delete(definition, "a");
    expect(host.stats().delayed).toBe(0);
    await agent.tell("new", { id: "reminder", delay: "5h" });
    await clock.advance("2h");
    expect(await agent.read()).toEqual([]);
    await clock.advance("3h");
    expect(await agent.ask("next")).toBe("next");
    expect(await agent.read()).toEqual(["new", "next"]);
  });

  test("one that there is not is deleted without harm", async () => {
    const { host } = stage(open());
    await host.delete(clerk(), "nobody");
    expect(await host.list()).toEqual([]);
  });

  test("folded memory goes too", async () => {
    const journal = open();
    const counting = defineAgent({
      name: "count",
      fold: { initial: () => 0, apply: (n, { type }: EventEnvelope) => (type === "message-received" ? n + 1 : n) },
      onReceive: (text: string) => text,
    });
    const { host } = stage(journal);
    const agent = await host.open(counting, "a");
    await agent.ask("x");
    await agent.ask("y");
    await host.delete(counting, "a");
    await agent.ask("z");
    expect(await agent.read()).toBe(1);
    expect(await (await stage(journal).host.open(counting, "a")).read()).toBe(1);
  });
});

test("on a disk nothing of it is left in the journal, which can be verified", async () => {
  const folder = mkdtempSync(join(tmpdir(), "aitor-deletion-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "journal.db");
  const definition = clerk();
  {
    await using journal = sqliteJournal(path);
    const { host } = stage(journal);
    for (const id of ["a", "b"]) {
      const agent = await host.open(definition, id);
      for (const text of ["1", "child", "2"]) await agent.ask(text);
    }
    await host.delete(definition, "a");
    expect((await streamsOf(journal)).filter((stream) => stream.includes("clerk/a"))).toEqual([]);
    const copy = join(folder, "copy.db");
    await journal.backup(copy);
    await using copied = sqliteJournal(copy, { access: "read" });
    expect((await Array.fromAsync(copied.heads())).map(({ stream }) => stream)).toEqual(await streamsOf(journal));
    await host.shutdown();
  }
  await using journal = sqliteJournal(path);
  const { host } = stage(journal);
  expect(await (await host.open(definition, "b")).read()).toEqual(["1", "child", "2"]);
  expect(await (await host.open(definition, "a")).read()).toEqual([]);
  await host.shutdown();
});
