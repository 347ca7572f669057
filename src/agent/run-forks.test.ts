// A run forked at the end of a turn
// - goes on with memory as it was then, of which the copied turns' changes are a part, and comes to what the original comes to
// - so it does where the original waits, its code has changed meanwhile, or the process dies at any append of the fork
// - the original stays as it is; whoever observes agents is told of all that the new one's memory is made of
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { journals } from "../engine/journals.fixture.ts";
import type { Journal } from "../journal/index.ts";
import { life, stage, type Stage, streamOf } from "./agent.fixture.ts";
import { agentStream } from "./definition/agent-stream.ts";
import { type AgentDefinition, defineAgent } from "./definition/agent-definition.ts";
import type { AgentContext } from "./definition/agent-options.ts";

/** Two loops of three turns, with changes before, in, and between them; "wait" waits in the last turn. */
async function handled(
  text: string,
  ctx: Pick<AgentContext<unknown>, "loop">,
  add: (text: string) => void,
): Promise<void> {
  add(`${text} begins`);
  for (const name of ["first", "second"]) {
    await ctx.loop(name, 0, async (n, turn) => {
      await turn.step("work", () => `${text} ${name} ${n}`);
      add(`${text} ${name} ${n}`);
      if (text === "wait" && name === "second" && n === 2) await turn.waitFor("go");
      return n === 2 ? { done: n } : { next: n + 1 };
    });
    add(`${text} has ended the ${name}`);
  }
}

const patched = defineAgent({
  name: "clerk",
  memory: () => [] as string[],
  onReceive: (text: string, ctx) =>
    handled(text, ctx, (added) => ctx.memory.update((draft) => void draft.push(`${draft.length} ${added}`))),
});

const coded = defineAgent({
  name: "clerk",
  memory: () => new Set<string>(),
  codec: { encode: (all) => [...all], decode: (value) => new Set(value as string[]) },
  onReceive: (text: string, ctx) =>
    handled(text, ctx, (added) => ctx.memory.update((draft) => void draft.add(`${draft.size} ${added}`))),
});

const folded = defineAgent({
  name: "clerk",
  fold: {
    initial: () => [] as string[],
    apply: (all, { type, data }) => (type === "step-finished" ? [...all, (data as { result: string }).result] : all),
  },
  onReceive: (text: string, ctx) => handled(text, ctx, () => {}),
});

const checked = (version: string) =>
  defineAgent({
    name: "clerk",
    version,
    memory: () => ({ version, seen: [] as string[] }),
    schema: z.object({ version: z.string().default(version), seen: z.array(z.string()) }),
    migrate: (memory, from) => ({
      version: `${version} of ${from}`,
      seen: ["migrated", ...(memory as { seen: string[] }).seen],
    }),
    onReceive: (text: string, ctx) =>
      handled(text, ctx, (added) => ctx.memory.update(({ seen }) => void seen.push(`${seen.length} ${added}`))),
  });

type Clerk = AgentDefinition<unknown, string>;

const read = async ({ host }: Stage, clerk: Clerk, id: string): Promise<unknown> => (await host.open(clerk, id)).read();

async function goOn({ host, clock }: Stage, clerk: Clerk, id: string): Promise<void> {
  const agent = await host.open(clerk, id);
  for (const signal of await agent.pending()) await agent.answer(signal, { value: null });
  await clock.advance(0);
}

/** An agent that has handled one message, and is handling, or has handled, another one. */
async function begun(journal: Journal, clerk: Clerk, text: string): Promise<Stage> {
  const staged = stage(journal, { agents: [clerk] });
  const agent = await staged.host.open(clerk, "a");
  await agent.ask("before", { id: "before" });
  await agent.tell(text, { id: "m" });
  await staged.clock.advance(0);
  return staged;
}

const CLERKS: readonly (readonly [what: string, clerk: Clerk])[] = [
  ["patched memory", patched],
  ["memory with a codec", coded],
  ["memory with a schema", checked("1")],
  ["folded memory", folded],
];

const POINTS = [0, 1, 2, undefined];

describe.each(journals)("%s", (_, open) => {
  describe.each(CLERKS)("%s", (_what, clerk) => {
    test.each(POINTS)("of a fork at %s comes to what the original's came to", async (at) => {
      const journal = open();
      const staged = await begun(journal, clerk, "done");
      const memory = await read(staged, clerk, "a");
      const record = await streamOf(journal, "clerk/a/m");
      const run = await staged.host.runs.fork(clerk, "clerk/a/m", {
        as: "b",
        ...(at !== undefined && { at }),
      });
      await staged.clock.advance(0);
      expect(run).toBe("clerk/b/m");
      expect(await read(staged, clerk, "b")).toEqual(memory);
      expect([await read(staged, clerk, "a"), await streamOf(journal, "clerk/a/m")]).toEqual([memory, record]);
      expect(await staged.host.runs.replay(clerk, run)).toMatchObject({ same: true });
      await staged.host.shutdown();
      expect(await read(stage(journal), clerk, "b")).toEqual(memory);
    });

    test.each(POINTS)(
      "of a fork at %s of a run that waits is what the original's is, then and in the end",
      async (at) => {
        const journal = open();
        const staged = await begun(journal, clerk, "wait");
        await staged.host.runs.fork(clerk, "clerk/a/m", { as: "b", ...(at !== undefined && { at }) });
        await staged.clock.advance(0);
        const waiting = await read(staged, clerk, "a");
        expect(await read(staged, clerk, "b")).toEqual(waiting);
        await staged.host.shutdown();
        const again = stage(journal, { agents: [clerk] });
        await again.clock.advance(0);
        for (const id of ["a", "b"]) await goOn(again, clerk, id);
        const memory = await read(again, clerk, "a");
        expect(memory).not.toEqual(waiting);
        expect(await read(again, clerk, "b")).toEqual(memory);
      },
    );

    test("of a fork of a fork comes to the same", async () => {
      const staged = await begun(open(), clerk, "done");
      await staged.host.runs.fork(clerk, "clerk/a/m", { as: "b", at: 1 });
      await staged.clock.advance(0);
      await staged.host.runs.fork(clerk, "clerk/b/m", { as: "c", at: 2 });
      await staged.clock.advance(0);
      expect(await read(staged, clerk, "c")).toEqual(await read(staged, clerk, "a"));
    });

    test("of a fork that died at any append is there with its run, or can be made", async () => {
      let isAlive = false;
      for (let append = 1; !isAlive; append++) {
        for (const when of ["before", "after"] as const) {
          const journal = open();
          const first = await begun(journal, clerk, "done");
          const memory = await read(first, clerk, "a");
          await first.host.shutdown();
          const dying = life(journal, { append, when }, { agents: [clerk] });
          void dying.host.runs.fork(clerk, "clerk/a/m", { as: "b", at: 2 }).catch(() => {});
          await dying.clock.advance(0);
          isAlive = dying.alive();
          const last = stage(journal, { agents: [clerk] });
          await last.clock.advance(0);
          const isThere = (await last.host.list("clerk")).some(({ id }) => id === "b");
          if (!isThere) await last.host.runs.fork(clerk, "clerk/a/m", { as: "b", at: 2 });
          await last.clock.advance(0);
          expect(await read(last, clerk, "b")).toEqual(memory);
        }
      }
    });
  });

  test.each(POINTS)("a fork at %s under code of another version comes to what the original comes to", async (at) => {
    const journal = open();
    await (await begun(journal, checked("1"), "wait")).host.shutdown();
    const clerk = checked("2");
    const staged = stage(journal, { agents: [clerk] });
    await staged.clock.advance(0);
    await staged.host.runs.fork(clerk, "clerk/a/m", { as: "b", ...(at !== undefined && { at }) });
    await staged.clock.advance(0);
    for (const id of ["a", "b"]) await goOn(staged, clerk, id);
    // How much there is to be seen depends on when it was migrated.
    const counted = async (id: string): Promise<string> =>
      JSON.stringify(await read(staged, clerk, id)).replaceAll(/"\d+ /g, '"');
    expect(await counted("b")).toEqual(await counted("a"));
  });

  test("a fork that does not say what it is to be called is refused", async () => {
    const { host } = await begun(open(), patched, "done");
    const fork = (options: unknown): Promise<unknown> => host.runs.fork(patched, "clerk/a/m", options as never);
    for (const options of [undefined, null, {}, { as: "b", turn: 1 }])
      await expect(fork(options)).rejects.toMatchObject({ code: "invalid-option" });
  });

  test("a bounded history keeps what a fork needs while the run is the last one", async () => {
    const journal = open();
    const staged = stage(journal, { history: 2 });
    const agent = await staged.host.open(patched, "a");
    await agent.ask("before");
    await agent.tell("wait", { id: "m" });
    await staged.clock.advance(0);
    await staged.host.runs.fork(patched, "clerk/a/m", { as: "b" });
    await staged.clock.advance(0);
    for (const id of ["a", "b"]) await goOn(staged, patched, id);
    expect(await read(staged, patched, "b")).toEqual(await read(staged, patched, "a"));
  });

  test("who observes is told of each change that the memory of a fork is made of", async () => {
    const staged = await begun(open(), patched, "done");
    staged.events.length = 0;
    await staged.host.runs.fork(patched, "clerk/a/m", { as: "b", at: 1 });
    const told = staged.events.flatMap((event) => (event.type === "memory-changed" ? [event] : []));
    const recorded = await streamOf(staged.journal, agentStream({ name: "clerk", id: "b" }));
    expect(told.slice(0, 2).map(({ seq, run }) => [seq, run])).toEqual([
      [recorded[0]?.seq, undefined],
      [recorded[1]?.seq, "clerk/b/m"],
    ]);
  });
});
