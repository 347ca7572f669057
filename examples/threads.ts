import { Aitorflow, type Input, isFlowError, task } from "aitor";

// The default export of a module, called in a worker thread; the type is the function's.
const hash = task.thread<typeof import("./threads/hash.ts").default>()(
  "hash",
  new URL("./threads/hash.ts", import.meta.url),
);
const hashes = Aitorflow.define("hashes", (flow, users: Input<readonly string[]>) => flow.map(hash, users));

console.log((await hashes.run(["ada", "grace", "lin"])).output);

// A call that takes too long is ended, even if it never looks at the clock.
const search = task.thread<typeof import("./threads/search.ts").default>()(
  "search",
  new URL("./threads/search.ts", import.meta.url),
  { timeout: "200ms" },
);

try {
  await new Aitorflow("searching", search).run(1);
} catch (error) {
  console.log(isFlowError(error) && error.message);
}

/* prints:
[
  { user: 'ada', hash: 'c4de43a0' },
  { user: 'grace', hash: '26bc2c51' },
  { user: 'lin', hash: 'c35eb411' }
]
task "search" of flow "searching" failed: it took longer than its time-out of 200 ms
  expected: a result within 200 ms
  got: none by then
  fix: give the step a longer timeout or a retry; where its function runs in no worker thread, let it obey step.abortSignal
*/
