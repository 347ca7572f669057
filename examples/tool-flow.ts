import { Aitorflow, task, ToolRegistry } from "aitor";
import { z } from "zod";

const clean = task("clean", (text: string) => text.trim().toLowerCase());
const words = task("words", (text: string) => text.split(/\s+/).length);
const chars = task("chars", (text: string) => text.length);
const analyse = new Aitorflow("analyse", clean.to([words, chars]));

// Arguments are an object. `from` makes them the flow's input. The flow's tasks are steps of the run that calls it.
const analyseText = analyse.asTool({
  name: "analyse_text",
  description: "Counts the words and characters of a text.",
  access: "read",
  input: z.object({ text: z.string() }),
  from: ({ text }) => text,
});

const registry = new ToolRegistry({ tools: [analyseText] });
const result = await registry.call("analyse_text", { text: "  Hello world " });
console.log(result.ok && result.value);

/* prints:
{ words: 2, chars: 11 }
*/
