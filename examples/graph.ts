import { Aitorflow, type Input, task } from "aitor";

const pages: Record<string, string> = {
  "/": "Welcome. See /docs and /blog.",
  "/docs": "How it works.",
  "/blog": "What is new.",
};

const fetchPage = task("fetch", async (url: string) => pages[url] ?? "");
const findLinks = task("find-links", (page: string) => page.match(/\/\w+/g) ?? []);
const size = task("size", (url: string) => (pages[url] ?? "").length);
const summarise = task("summarise", (page: string, sizes: readonly number[]) => ({
  length: page.length,
  linked: sizes.reduce((sum, size) => sum + size, 0),
}));

// A handle stands for a task's result. Handles make any graph except a cyclic one.
export const digest = Aitorflow.define("digest", (flow, url: Input<string>) => {
  const page = flow.add(fetchPage, url);
  const sizes = flow.map(size, flow.add(findLinks, page), { concurrency: 8 }); // one step for each link
  return flow.add(summarise, page, sizes);
});

const { output, results } = await digest.run("/");
console.log(output);
console.log(results["find-links"]);

/* prints:
{ length: 29, linked: 25 }
[ '/docs', '/blog' ]
*/
