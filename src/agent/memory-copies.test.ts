// Memory as a value that is taken elsewhere
// - exported, it is JSON, and imported it is the same again: into another agent, another journal, another version
// - an import takes its turn among the messages; what cannot be imported is refused, and memory is as it was
// - a fork begins with memory as it is, or was at a commit, under an id that nobody has, and goes its own way
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { BlobRef, EventEnvelope } from "../base/index.ts";
import { journals } from "../engine/journals.fixture.ts";
import { blobArtefacts } from "../tools/index.ts";
import { failureOf, Gates, life, stage } from "./agent.fixture.ts";
import { defineAgent } from "./definition/agent-definition.ts";
import type { AgentEvent } from "./definition/agent-events.ts";

const notes = (gates = new Gates()) =>
  defineAgent({
    name: "notes",
    version: "3",
    schema: z.object({ seen: z.array(z.string()).max(5) }),
    memory: () => ({ seen: [] as string[] }),
    migrate: (memory) => ({ seen: [...(memory as { seen: string[] }).seen, "migrated"] }),
    onReceive: async (text: string, ctx) => {
      if (text === "hold") await ctx.step("hold", () => gates.hold(text));
      ctx.memory.update((draft) => void draft.seen.push(text));
    },
  });

const files = defineAgent({
  name: "files",
  memory: () => ({ kept: [] as BlobRef[] }),
  onReceive: async (text: string, ctx) => {
    const ref = await ctx.blobs.put(new TextEncoder().encode(text));
    if (text !== "other") ctx.memory.update((draft) => void draft.kept.push(ref));
    return ref;
  },
});

describe.each(journals)("%s", (_, open) => {
  test("what is exported says whose it is and when, and is JSON", async () => {
    const { host, clock } = stage(open());
    const agent = await host.open(notes(), "a");
    await agent.ask("x");
    await clock.advance("1s");
    const file = await agent.exportMemory();
    expect(file).toEqual({
      format: "aitor-memory",
      v: 1,
      agent: "notes",
      id: "a",
      version: "3",
      exportedAt: 2_000,
      value: { seen: ["x"] },
    });
    expect(JSON.parse(JSON.stringify(file))).toEqual(file);
  });

  test("imported elsewhere it is the same memory", async () => {
    const agent = await stage(open()).host.open(notes(), "a");
    await agent.ask("x");
    const text = JSON.stringify(await agent.exportMemory());
    const journal = open();
    const other = await stage(journal).host.open(notes(), "b");
    await other.ask("gone");
    await other.importMemory(JSON.parse(text));
    await other.ask("y");
    expect(await other.read()).toEqual({ seen: ["x", "y"] });
    expect(await (await stage(journal).host.open(notes(), "b")).read()).toEqual({ seen: ["x", "y"] });
  });

  test("one of another version is migrated", async () => {
    const agent = await stage(open()).host.open(notes(), "a");
    await agent.importMemory({ ...(await agent.exportMemory()), version: "2", value: { seen: ["old"] } });
    expect(await agent.read()).toEqual({ seen: ["old", "migrated"] });
  });

  test("an import takes its turn", async () => {
    const gates = new Gates();
    const { host, clock } = stage(open());
    const agent = await host.open(notes(gates), "a");
    const file = { ...(await agent.exportMemory()), value: { seen: ["imported"] } };
    await agent.tell("hold");
    const imported = agent.importMemory(file);
    await agent.tell("after");
    await clock.advance(0);
    expect(await agent.read()).toEqual({ seen: [] });
    gates.open("hold");
    await imported;
    await clock.advance(0);
    expect(await agent.read()).toEqual({ seen: ["imported", "after"] });
  });

  const wrong: readonly [what: string, change: (file: object) => unknown, code: string][] = [
    ["nothing", () => undefined, "memory-file"],
    ["a text", () => "aitor-memory", "memory-file"],
    ["another format", (file) => ({ ...file, format: "other" }), "memory-file"],
    ["a later version of the format", (file) => ({ ...file, v: 2 }), "memory-file"],
    ["no version", (file) => ({ ...file, version: undefined }), "memory-file"],
    ["no value", (file) => ({ ...file, value: undefined }), "invalid-value"],
    ["a value that the schema refuses", (file) => ({ ...file, value: { seen: [1] } }), "invalid-value"],
    ["a value that migrate throws for", (file) => ({ ...file, version: "2", value: 7 }), "memory-file"],
    ["a value that is no JSON", (file) => ({ ...file, value: new Map() }), "not-json"],
  ];
  test.each(wrong)("%s is refused, and memory is as it was", async (_what, change, code) => {
    const agent = await stage(open()).host.open(notes(), "a");
    await agent.ask("x");
    expect(await failureOf(agent.importMemory(change(await agent.exportMemory())))).toMatchObject({ code });
    expect(await agent.read()).toEqual({ seen: ["x"] });
    await agent.ask("y");
    expect(await agent.read()).toEqual({ seen: ["x", "y"] });
  });

  test("with a codec it is as the codec writes it", async () => {
    const dated = defineAgent({
      name: "dated",
      memory: () => ({ at: new Date(0) }),
      codec: {
        encode: ({ at }) => at.toISOString(),
        decode: (value) => ({ at: new Date(value as string) }),
      },
      onReceive: (ms: number, ctx) => ctx.memory.update((draft) => void draft.at.setTime(ms)),
    });
    const journal = open();
    const { host } = stage(journal);
    const [a, b] = [await host.open(dated, "a"), await host.open(dated, "b")];
    await a.ask(5_000);
    const file = await a.exportMemory();
    expect(file.value).toBe("1970-01-01T00:00:05.000Z");
    await b.importMemory(file);
    expect(await b.read()).toEqual({ at: new Date(5_000) });
    expect(await (await a.fork("c")).read()).toEqual({ at: new Date(5_000) });
    expect(await (await stage(journal).host.open(dated, "c")).read()).toEqual({ at: new Date(5_000) });
  });

  test("folded memory is exported, imported and forked as what it is folded to, and goes on from there", async () => {
    const counting = defineAgent({
      name: "count",
      fold: {
        initial: () => [] as string[],
        apply: (state, event: EventEnvelope) =>
          event.type === "message-received" ? [...state, (event.data as { message: string }).message] : state,
      },
      onReceive: (text: string) => text,
    });
    const journal = open();
    const { host } = stage(journal);
    const [a, b] = [await host.open(counting, "a"), await host.open(counting, "b")];
    for (const text of ["1", "2"]) await a.ask(text);
    await b.ask("gone");
    await b.importMemory(await a.exportMemory());
    await b.ask("b");
    const c = await a.fork("c");
    await c.ask("c");
    await a.ask("3");
    const all = await Promise.all([a, b, c].map((agent) => agent.read()));
    expect(all).toEqual([
      ["1", "2", "3"],
      ["1", "2", "b"],
      ["1", "2", "c"],
    ]);
    const again = stage(journal).host;
    for (const [index, id] of ["a", "b", "c"].entries()) {
      expect(await (await again.open(counting, id)).read()).toEqual(all[index]);
    }
  });

  describe("a fork", () => {
    test("begins with memory as it is, and each goes its own way", async () => {
      const journal = open();
      const { host } = stage(journal);
      const agent = await host.open(notes(), "a");
      await agent.ask("x");
      const fork = await agent.fork("b");
      expect([fork.name, fork.id]).toEqual(["notes", "b"]);
      await fork.ask("b");
      await agent.ask("a");
      expect(await agent.read()).toEqual({ seen: ["x", "a"] });
      expect(await fork.read()).toEqual({ seen: ["x", "b"] });
      const again = stage(journal).host;
      expect(await (await again.open(notes(), "b")).read()).toEqual({ seen: ["x", "b"] });
    });

    test("has the blobs that its memory refers to, also when the original is deleted, and no others", async () => {
      const { host } = stage(open());
      const agent = await host.open(files, "a");
      const refs = [await agent.ask("one"), await agent.ask("two"), await agent.ask("other")];
      const fork = await agent.fork("b");
      await host.delete(files, "a");
      const texts = refs.slice(0, 2).map(async (ref) => new TextDecoder().decode(await fork.blobs.get(ref)));
      expect(await Promise.all(texts)).toEqual(["one", "two"]);
      expect(await failureOf(fork.blobs.get(refs[2] as BlobRef))).toMatchObject({ code: "blob-missing" });
      await host.delete(files, "b");
      expect(await failureOf(fork.blobs.get(refs[0] as BlobRef))).toMatchObject({ code: "blob-missing" });
    });

    test("that died at its append is not there, or has its blobs when the original is deleted", async () => {
      for (const when of ["before", "after"] as const) {
        const journal = open();
        const first = stage(journal);
        const ref = await (await first.host.open(files, "a")).ask("one");
        await first.host.shutdown();
        const dying = life(journal, { append: 1, when });
        void (await dying.host.open(files, "a")).fork("b").catch(() => {});
        await dying.clock.advance(0);
        expect(dying.alive()).toBe(false);
        const { host } = stage(journal);
        const [agent, fork] = [await host.open(files, "a"), await host.open(files, "b")];
        if (when === "before") await agent.fork("b");
        await host.delete(files, "a");
        expect(await fork.read()).toEqual({ kept: [ref] });
        expect(new TextDecoder().decode(await fork.blobs.get(ref))).toBe("one");
      }
    });

    test("that is refused leaves no blobs with who has the id", async () => {
      const { host } = stage(open());
      const [agent, other] = [await host.open(files, "a"), await host.open(files, "b")];
      const ref = await agent.ask("one");
      await other.ask("two");
      expect(await failureOf(agent.fork("b"))).toMatchObject({ code: "agent-exists" });
      await host.delete(files, "a");
      expect(await failureOf(other.blobs.get(ref))).toMatchObject({ code: "blob-missing" });
    });

    test("has the artefacts that a text in its memory names, also when the original is deleted", async () => {
      const { host } = stage(open());
      const files = defineAgent({
        name: "files",
        memory: () => ({ said: "" }),
        onReceive: async (text: string, ctx) => {
          const { id } = await blobArtefacts(ctx.blobs).put(text, { mediaType: "text/plain", name: "said" });
          ctx.memory.update((draft) => void (draft.said = `It is kept as "${id}".`));
          return id;
        },
      });
      const agent = await host.open(files, "a");
      const [gone, id] = [await agent.ask("one"), await agent.ask("two")];
      const artefacts = blobArtefacts((await agent.fork("b")).blobs);
      await host.delete(files, "a");
      expect(await artefacts.get(id)).toMatchObject({ data: "two" });
      expect(await artefacts.get(gone)).toBeUndefined();
    });

    test("at a commit begins with memory as it was then", async () => {
      const journal = open();
      const { host, events } = stage(journal);
      const agent = await host.open(notes(), "a");
      for (const text of ["1", "2", "3"]) await agent.ask(text);
      const commits = events.flatMap((event: AgentEvent) => (event.type === "memory-changed" ? [event.seq] : []));
      expect(commits).toHaveLength(3);
      for (const [index, at] of commits.entries()) {
        const fork = await agent.fork(`at-${index}`, { at });
        expect(await fork.read()).toEqual({ seen: ["1", "2", "3"].slice(0, index + 1) });
      }
      expect(await (await agent.fork("before", { at: 0 })).read()).toEqual({ seen: [] });
    });

    test("at the commit of a turn begins with what that turn left", async () => {
      const turning = defineAgent({
        name: "turning",
        fold: { initial: () => 0, apply: (n, { type }) => (type === "turn-finished" ? n + 1 : n) },
        onReceive: (turns: number, ctx) => ctx.loop("l", 1, async (n) => (n > turns ? { done: n } : { next: n + 1 })),
      });
      const { host, events } = stage(open());
      const agent = await host.open(turning, "a");
      await agent.ask(3);
      const commits = events.flatMap((event) => (event.type === "memory-changed" ? [event.seq] : []));
      const forks = await Promise.all(commits.map((at, index) => agent.fork(`f${index}`, { at })));
      expect(await Promise.all(forks.map((fork) => fork.read()))).toEqual([1, 2, 3, 3, 3]);
    });

    test("while a message is under way begins with what is committed", async () => {
      const gates = new Gates();
      const { host, clock } = stage(open());
      const agent = await host.open(notes(gates), "a");
      await agent.ask("x");
      await agent.tell("hold");
      await clock.advance(0);
      expect(await (await agent.fork("b")).read()).toEqual({ seen: ["x"] });
    });

    test("under an id that is in use is refused; one that was only looked for is not", async () => {
      const { host } = stage(open());
      const agent = await host.open(notes(), "a");
      await agent.ask("x");
      const [used, looked] = [await host.open(notes(), "b").catch(() => undefined), await agent.fork("c")];
      expect([used, await looked.read()]).toEqual([undefined, { seen: ["x"] }]);
      expect(await failureOf(agent.fork("c"))).toMatchObject({ code: "agent-exists" });
      expect(await failureOf(agent.fork("a"))).toMatchObject({ code: "agent-exists" });
      expect(await failureOf(agent.fork(""))).toMatchObject({ code: "invalid-option" });
      for (const at of [-1, 1.5, Number.NaN, 1, 99_999])
        expect(await failureOf(agent.fork("d", { at }))).toMatchObject({ code: "commit-unknown", got: String(at) });
    });

    test("is there for those who had looked for it before", async () => {
      const { host } = stage(open());
      const definition = notes();
      const [agent, before] = [await host.open(definition, "a"), await host.open(definition, "b")];
      await agent.ask("x");
      expect(await before.read()).toEqual({ seen: [] });
      await agent.fork("b");
      expect(await before.read()).toEqual({ seen: ["x"] });
      await before.ask("y");
      expect(await before.read()).toEqual({ seen: ["x", "y"] });
    });
  });
});
