import { type AgentDefinition, Aitorflow, defineAgent, type Input, task } from "aitor";

import type { Outside } from "./outside.ts";
import { type Job, perform } from "./program.ts";

/** Does jobs, and keeps their ids: by patches. */
export function worker(outside: Outside): AgentDefinition<string[], Job, string> {
  return defineAgent({
    name: "worker",
    memory: (): string[] => [],
    onReceive: async ({ id, sections, fails }: Job, ctx) => {
      const keep = (text: string): void => ctx.memory.update((draft) => void draft.push(text));
      for (const [n, section] of sections.entries()) {
        const place = `${id}.${n}`;
        if (section.does === "loop") {
          await ctx.loop("section", 1, async (turn, scope) => {
            await perform(scope, section.inner, outside, `${place}/${turn}`);
            keep(`${place}.${turn}`);
            return turn === section.turns ? { done: turn } : { next: turn + 1 };
          });
        } else await perform(ctx, section, outside, place);
        keep(place);
      }
      if (fails) throw new Error(`cannot ${id}`);
      return outside.reply(id);
    },
  });
}

/** What a worker's memory has of a job that it has done. */
export function keptOf({ id, sections }: Job): string[] {
  return sections.flatMap((section, n) => {
    const place = `${id}.${n}`;
    if (section.does !== "loop") return [place];
    return [...Array.from({ length: section.turns }, (_, turn) => `${place}.${turn + 1}`), place];
  });
}

/** Keeps the ids of messages as a fold of what is on record. */
export function keeper(outside: Outside): AgentDefinition<readonly string[], string, string> {
  return defineAgent({
    name: "keeper",
    fold: {
      initial: () => [] as readonly string[],
      apply: (kept, { type, data }) =>
        type === "message-received" ? [...kept, (data as { readonly message: string }).message] : kept,
    },
    onReceive: async (id: string, ctx) => {
      await ctx.step("s", (step) => outside.effect(step));
      return outside.reply(id);
    },
  });
}

/** A flow in place of a handler. */
export function flowing(outside: Outside): AgentDefinition<string[], string, string> {
  return defineAgent({
    name: "flowing",
    memory: (): string[] => [],
    workflow: outside.flow,
    remember: (draft, _, id) => void draft.push(id),
  });
}

/** Two ways side by side, a step for each of three elements, and what joins them. */
export function diamond(outside: Outside): Aitorflow<string, string> {
  const first = task.step("first", (step, _input: string) => outside.effect(step));
  const left = task.step("left", (step, _input: string) => outside.effect(step));
  const right = task.step("right", (step, _input: string) => outside.effect(step));
  const list = task("list", (_input: string) => [1, 2, 3]);
  const each = task.step("each", (step, _input: number) => outside.effect(step));
  const join = task("join", (a: string, b: string, all: readonly string[]) => `${a}, ${b}, ${all.join(" ")}`);
  return Aitorflow.define("diamond", (flow, id: Input<string>) => {
    const begun = flow.add(first, id);
    const elements = flow.map(each, flow.add(list, begun), { concurrency: 2 });
    return flow.add(join, flow.add(left, begun), flow.add(right, begun), elements);
  });
}
