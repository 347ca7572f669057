import { AitorHost, Aitorflow, defineAgent, task } from "aitor";

const clean = task("clean", (text: string) => text.trim().toLowerCase());
const words = task("words", (text: string) => text.split(/\s+/).length);
const chars = task("chars", (text: string) => text.length);
const report = task("report", (words: number, chars: number) => ({ words, chars }));
const analyse = new Aitorflow("analyse", clean.to([words, chars]).to(report));

const Notes = defineAgent({
  name: "notes",
  memory: () => ({ seen: [] as string[] }),
  onReceive: async (text: string, ctx) => {
    const { output } = await ctx.run(analyse, text);
    ctx.memory.update((draft) => {
      draft.seen.push(text);
    });
    return output;
  },
});

// In memory; with `journal: sqliteJournal("aitor.db")`, from "aitor/sqlite", it outlives the process.
await using host = new AitorHost({ agents: [Notes] });
const notes = await host.open(Notes, "user-42");
console.log(await notes.ask("Hello world")); // the reply, once it is durable together with the memory
await notes.tell("later"); // resolves once the message is durable
await notes.ask("last");
console.log(await notes.read());

/* prints:
{ words: 2, chars: 11 }
{ seen: [ 'Hello world', 'later', 'last' ] }
*/
