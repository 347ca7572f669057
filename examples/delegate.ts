import { AitorHost, Budget, defineAgent } from "aitor";

const Counter = defineAgent({
  name: "counter",
  memory: () => ({ words: 0 }), // for this message only
  onReceive: (text: string, ctx) => {
    ctx.handed.budget?.spend({ steps: 1 });
    ctx.memory.update((draft) => {
      draft.words += text.split(/\s+/).length;
    });
    return ctx.memory.value.words;
  },
});

const Editor = defineAgent({
  name: "editor",
  memory: () => ({ texts: 0 }),
  onReceive: async (texts: readonly string[], ctx) => {
    const budget = new Budget({ steps: 10 });
    const counts = await ctx.all(
      texts.map((text, index) => ({
        name: `text ${index}`,
        run: (scope) => ctx.delegate(Counter, text, { name: String(index), scope, handed: { budget } }),
      })),
    );
    ctx.memory.update((draft) => {
      draft.texts += texts.length;
    });
    return { counts, steps: budget.spent.steps };
  },
});

await using host = new AitorHost({ agents: [Editor] });
const editor = await host.open(Editor, "desk");
console.log(await editor.ask(["one two", "three"]));

/* prints:
{ counts: [ 2, 1 ], steps: 2 }
*/
