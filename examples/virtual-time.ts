import { Aitorflow, EmbeddedEngine, isFlowError, task } from "aitor";
import { virtualClock } from "aitor/testing";

const look = async (attempt: number): Promise<string> => {
  throw new Error(`attempt ${attempt} failed`);
};
const poll = task.step("poll", (step) => look(step.attempt), {
  retry: { attempts: 3, initialDelay: "1h", maxDelay: "6h" },
});

const clock = virtualClock(); // stands still until it is moved
const engine = new EmbeddedEngine({ clock });
const run = new Aitorflow("wait-for-file", poll).start(undefined, { engine });

await clock.advance("12h"); // hours of back-off, in no time
const error = await run.result.catch((thrown: unknown) => thrown);
console.log(isFlowError(error) && error.message.split("\n")[0]);

for await (const event of run) {
  if (event.type === "step-retried") console.log(`retry ${event.data.attempt}: ${event.data.delayMs <= 21_600_000}`);
}

/* prints:
task "poll" of flow "wait-for-file" failed: attempt 3 failed
retry 1: true
retry 2: true
*/
