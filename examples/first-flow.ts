import { Aitorflow, task } from "aitor";

const clean = task("clean", (text: string) => text.trim().toLowerCase());
const words = task("words", (text: string) => text.split(/\s+/).length);
const chars = task("chars", (text: string) => text.length);
const report = task("report", (words: number, chars: number) => ({ words, chars }));

// clean, then words and chars side by side, then report
const analyse = new Aitorflow("analyse", clean.to([words, chars]).to(report));

const result = await analyse.run("  Hello world ");
console.log(result.output);
console.log(analyse.toMermaid());

/* prints:
{ words: 2, chars: 11 }
flowchart TD
  n0["clean"]
  n1["words"]
  n2["chars"]
  n3["report"]
  n0 --> n1
  n0 --> n2
  n1 --> n3
  n2 --> n3
*/
