import { Aitorflow, configureLogging, task } from "aitor";

const fetchPage = task(
  "fetch",
  (_url: string): Promise<string> => Promise.reject(Object.assign(new Error("no answer"), { code: "offline" })),
  { retry: { attempts: 2, initialDelay: "1ms" } },
);
const crawl = new Aitorflow("crawl", fetchPage);

// To stderr, for people ("pretty") or as one line of JSON for each record ("json").
await configureLogging({ level: "error", format: "json" });
await crawl.run("/docs").catch(() => {});

// Or to your own function, or to any sink of LogTape.
await configureLogging({
  level: "info",
  sink: ({ level, category, message: [text], properties: { run, task: name } }) => {
    console.log(`${level} ${category.join(".")}: ${text}`, { run, task: name });
  },
});
await crawl.run("/blog", { id: "run-7" }).catch(() => {});

/* prints:
info aitor.run: run of "crawl" started { run: 'run-7', task: undefined }
warning aitor.step: step "fetch" failed and is tried again: no answer { run: 'run-7', task: 'fetch' }
error aitor.step: step "fetch" failed: no answer { run: 'run-7', task: 'fetch' }
error aitor.run: run of "crawl" failed: task "fetch" of flow "crawl" failed: no answer { run: 'run-7', task: undefined }
*/
