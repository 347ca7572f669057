import { Aitorflow, task, when } from "aitor";

const clean = task("clean", (text: string) => text.trim());
const words = task("words", (text: string) => text.split(/\s+/).length);
const first = task("first", (text: string) => text.slice(0, 12));
const mark = task("mark", (text: string) => `${text}…`);
const headline = task("headline", (text: string, count: number) => `${text} (${count} words)`);

// A choice takes one of two ways. Without a second one, its input passes through.
const shorten = when("long?", (text: string) => text.length > 12, first.to(mark));

// A flow can be a task in another flow. The task returns the flow's output.
const title = new Aitorflow("title", clean.to([shorten, words]).to(headline));
const page = new Aitorflow("page", title.asTask().to(task("html", (text: string) => `<h1>${text}</h1>`)));

console.log((await page.run("  A flow in another flow ")).output);
console.log(page.toMermaid());

/* prints:
<h1>A flow in an… (5 words)</h1>
flowchart TD
  subgraph n0["title"]
    n0_0_0["clean"]
    subgraph n0_0_1["long?"]
      n0_0_1_test{"?"}
      n0_0_1_0_0["first"]
      n0_0_1_0_1["mark"]
      n0_0_1_0_0 --> n0_0_1_0_1
      n0_0_1_test -- yes --> n0_0_1_0_0
    end
    n0_0_2["words"]
    n0_0_3["headline"]
    n0_0_0 --> n0_0_1
    n0_0_0 --> n0_0_2
    n0_0_1 --> n0_0_3
    n0_0_2 --> n0_0_3
  end
  n1["html"]
  n0 --> n1
*/
