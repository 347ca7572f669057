import { EmbeddedEngine, type Run, type Runnable } from "aitor";

const search = (version: string, judge: (found: number) => boolean): Runnable<void, string> => ({
  name: "search",
  version,
  execute: (run) =>
    run.loop("look", 0, async (tries, turn: Run) => {
      const found = await turn.step("find", () => say(`look ${tries + 1}`, tries * 10));
      const enough = await turn.step("judge", () => judge(found));
      return enough ? { done: `${found} found` } : { next: tries + 1 };
    }),
});

function say<Value>(what: string, value: Value): Value {
  console.log(what);
  return value;
}

await using engine = new EmbeddedEngine();
const broken = search("1", (found) => {
  if (found === 20) throw new Error("a bug in the third turn");
  return false;
});
try {
  await engine.run(broken, undefined, { id: "search-1" });
} catch (error) {
  console.log((error as Error).message.split("\n")[0]);
}

// Continues from the end of the second turn, with code in which the bug is fixed.
const mended = search("2", (found) => found >= 20);
const fork = await engine.fork(mended, "search-1", { as: "search-2" });
console.log(await fork.result);

/* prints:
look 1
look 2
look 3
step "look/#3/judge" failed: a bug in the third turn
look 3
20 found
*/
