// A tool with a module runs in a worker thread
// - takes the arguments, gives what the module's function returns
// - ends with its worker at a time-out and at a cancel, so that nothing of it runs on
// - is in doubt where its worker died and it must not run twice, or where its time is over; not where it had not begun
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { configureThreads, sharedThreads } from "../threads/index.ts";
import { until } from "../threads/pool.fixture.ts";
import { tool } from "./index.ts";
import { body, failureOf, history, place, recorded, valueOf } from "./tools.fixture.ts";

const head = {
  name: "work",
  description: "Works.",
  input: z.object({ what: z.enum(["count", "loop", "throw", "exit"]), file: z.string() }),
  output: z.object({ counted: z.number() }),
  thread: new URL("./thread.fixture.ts", import.meta.url),
} as const;
const reads = tool({ ...head, access: "read", timeout: "5s" });
const writes = tool({ ...head, access: "write" });

let folder: string;
const file = (): string => join(folder, "file");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aitor-tools-"));
  configureThreads({ threads: 1 });
});

afterEach(async () => {
  await sharedThreads()[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test("gives what its function returns, or fails with what it throws", async () => {
  expect(valueOf(await reads.call({ what: "count", file: file() }))).toEqual({ counted: file().length });
  expect(failureOf(await reads.call({ what: "throw", file: file() }))).toMatchObject({
    code: "tool-failed",
    message: 'tool "work" failed: no such thing',
    thrown: "E_THING",
  });
});

test("ends with its worker when its time is over", async () => {
  const { engine, clock } = place();
  const result = reads.call({ what: "loop", file: file() }, { engine, clock });
  await until(() => existsSync(file()));
  expect(sharedThreads().workers).toBe(1);
  await clock.advance("5s");
  expect(failureOf(await result).code).toBe("tool-timeout");
  expect(sharedThreads().workers).toBe(0);
});

test("ends with its worker when its run is cancelled", async () => {
  const { engine } = place();
  const handle = engine.start(
    body((run) => writes.call({ what: "loop", file: file() }, { run })),
    undefined,
  );
  handle.result.catch(() => {});
  await until(() => existsSync(file()));
  await handle.cancel("enough");
  expect(sharedThreads().workers).toBe(0);
  await expect(handle.result).rejects.toMatchObject({ code: "cancelled" });
});

test("is in doubt where its worker died, unless it may run again", async () => {
  expect(failureOf(await writes.call({ what: "exit", file: file() })).code).toBe("in-doubt");
  expect(failureOf(await reads.call({ what: "exit", file: file() }))).toMatchObject({ thrown: "thread-died" });
});

test("that must not run twice took too long where it still waited for a thread, and is in doubt where it had begun", async () => {
  const { engine, clock } = place();
  const slow = tool({ ...head, access: "write", timeout: "5s" });
  const first = slow.call({ what: "loop", file: file() }, { engine, clock });
  await until(() => existsSync(file()));
  const other = join(folder, "other");
  const second = tool({ ...head, access: "write", timeout: "1s" }).call(
    { what: "count", file: other },
    { engine, clock },
  );
  await until(() => sharedThreads().waiting === 1);
  await clock.advance("1s");
  expect(failureOf(await second)).toMatchObject({ code: "tool-timeout" });
  await clock.advance("4s");
  expect(failureOf(await first).code).toBe("in-doubt");
  expect(valueOf(await reads.call({ what: "count", file: file() }))).toBeDefined();
  expect(existsSync(other)).toBe(false);
});

test("that must not run twice is in no doubt where it still waited for a thread when it was cut off", async () => {
  const { engine, clock, journal } = place({ inDoubt: "ask" });
  const first = reads.call({ what: "loop", file: file() }, { engine, clock });
  await until(() => existsSync(file()));
  const other = join(folder, "other");
  const run = (id: string) => {
    const handle = engine.start(
      body((r) => writes.call({ what: "count", file: other }, { run: r })),
      undefined,
      { id },
    );
    handle.result.catch(() => {});
    return handle;
  };
  const cancelled = run("cancelled");
  run("paused");
  await until(() => sharedThreads().waiting === 2);
  await cancelled.cancel("enough");
  await engine[Symbol.asyncDispose]();
  await first.catch(() => {});
  expect(await history(journal, "cancelled")).toEqual(["run-started", "step-started work[call]", "run-cancelled"]);
  const [last] = (await recorded(journal, "paused")).slice(-1);
  expect(last).toMatchObject({ type: "run-paused", data: { uncalled: ["work[call]"] } });
  expect(existsSync(other)).toBe(false);
});
