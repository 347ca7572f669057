import { setTimeout } from "node:timers/promises";

import { Aitorflow, task } from "aitor";

const copy = task.step("copy", async (step, files: number) => {
  for (let done = 1; done <= files; done++) {
    step.progress({ done, total: files });
    await setTimeout(10, undefined, { signal: step.abortSignal }); // a cancel ends the wait
  }
});

const handle = new Aitorflow("backup", copy).start(3);

// Leaving this loop does not cancel the run; handle.cancel() and the option `signal` do.
for await (const event of handle) {
  if (event.type === "step-started") console.log(`${event.key} started`);
  else if (event.type === "step-progress") console.log(`${event.key}: ${event.data.done} of ${event.data.total}`);
  else if (event.type === "step-finished") console.log(`${event.key} finished`);
}
await handle.result;

/* prints:
copy started
copy: 1 of 3
copy: 2 of 3
copy: 3 of 3
copy finished
*/
