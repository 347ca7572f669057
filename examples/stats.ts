import { Aitorflow, EmbeddedEngine, stepNameOf, task } from "aitor";

const check = task("check", (n: number) => {
  if (n > 100) throw Object.assign(new Error(`${n} is too much`), { code: "too-much" });
  return n;
});
const double = new Aitorflow("double", check.to(task("double", (n: number) => n * 2)));

await using engine = new EmbeddedEngine();

// Push: every event of every run, where it happens. Feed the counters and histograms of your exporter here.
const stop = engine.observe((event) => {
  if (event.type !== "step-failed") return;
  console.log("one more failure", { task: stepNameOf(event.key), code: event.data.error.code });
});

await double.run(1, { engine });
await double.run(200, { engine }).catch(() => {});
stop();

// Pull: what the engine has counted, for a scrape or a health check.
const { runs, steps, retries, queueDepth, tasks } = engine.stats();
console.log("runs", runs.started, runs.finished, runs.failed);
console.log("steps", steps);
console.log({ retries, queueDepth });
console.log("check", tasks["check"]?.finished, tasks["check"]?.failed, typeof tasks["check"]?.p95Ms);

/* prints:
one more failure { task: 'check', code: 'too-much' }
runs 2 1 1
steps { started: 3, finished: 2, failed: 1, cancelled: 0, active: 0 }
{ retries: 0, queueDepth: 0 }
check 1 1 number
*/
