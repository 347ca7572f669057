import { Aitor, type AgentContext, agentRef, AitorHost, Aitorflow, AppendList, defineAgent, task } from "aitor";

// The short way: defined and opened at once, on the process's own host.
const counter = new Aitor({
  name: "counter",
  memory: () => 0,
  onReceive: (by: number, ctx) => {
    ctx.memory.update((n) => n + by);
    return ctx.memory.value;
  },
});
console.log(await counter.ask(2), await counter.ask(3));

// A class is a definition. Keep what an agent knows in its memory, not in fields: one object serves all ids.
class Greeter extends Aitor<{ names: string[] }, string, string> {
  override readonly name = "greeter";

  protected override memory() {
    return { names: [] as string[] };
  }

  protected override onReceive(name: string, ctx: AgentContext<{ names: string[] }>) {
    const known = ctx.memory.value.names.includes(name);
    if (!known) ctx.memory.update(({ names }) => void names.push(name));
    return known ? `Welcome back, ${name}` : `Hello, ${name}`;
  }
}

// A flow instead of a handler: its output is the reply, and `remember` says what memory keeps of it.
const measure = new Aitorflow(
  "measure",
  task("measure", (text: string) => text.length),
);
const Lengths = defineAgent({
  name: "lengths",
  memory: () => ({ longest: 0 }),
  workflow: measure,
  remember: (draft, length) => {
    draft.longest = Math.max(draft.longest, length);
  },
});

// Memory as a fold of what is on record anyway, so nothing is written twice. Use it for memory that grows.
const Diary = defineAgent({
  name: "diary",
  fold: {
    initial: () => AppendList.of<string>(),
    apply: (entries, { type, data }) =>
      type === "message-received" ? entries.append((data as { message: string }).message) : entries,
  },
  codec: { encode: (entries) => [...entries], decode: (value) => AppendList.of(value as string[]) },
  onReceive: (_: string, ctx) => ctx.memory.value.length,
});

// Agents that know each other: a reference by name breaks the circle of their types.
const Answers = agentRef<string, string>("answers");
const Desk = defineAgent({
  name: "desk",
  memory: () => null,
  onReceive: async (question: string, ctx) => `${question} ${await ctx.ask(Answers, "main", question)}`,
});
const AnswersAgent = defineAgent({
  name: "answers",
  memory: () => null,
  onReceive: async (question: string, ctx): Promise<string> => {
    await ctx.tell(agentRef<string, number>("diary"), "desk", question);
    return question.endsWith("?") ? "Yes." : "Well.";
  },
});

await using host = new AitorHost({ agents: [Greeter, Lengths, Diary, Desk, AnswersAgent] });
const greeter = await host.open(Greeter, "door");
console.log(await greeter.ask("Ada"), "/", await greeter.ask("Ada"));
const lengths = await host.open(Lengths, "all");
console.log(await lengths.ask("four"), await lengths.read(({ longest }) => longest));
console.log(await (await host.open(Desk, "front")).ask("Is it open?"));
console.log(await (await host.open(Diary, "desk")).ask("closing"));
await Aitor.shutdown();

/* prints:
2 5
Hello, Ada / Welcome back, Ada
4 4
Is it open? Yes.
2
*/
