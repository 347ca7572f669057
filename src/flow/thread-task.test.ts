import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { EmbeddedEngine } from "../engine/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { virtualClock } from "../testing/index.ts";
import { configureThreads, sharedThreads } from "../threads/index.ts";
import { until } from "../threads/pool.fixture.ts";
import { Aitorflow } from "./aitorflow.ts";
import { task } from "./task.ts";
import type { Trouble } from "./trouble.fixture.ts";

/*
 * A thread task is a task whose function runs in a worker.
 * - It chains, retries, is checked, is recorded and cancelled as any task.
 * - A time-out or a cancel ends its worker; so nothing of it runs on.
 * - A worker that dies fails its task alone; where the task must run once, it is in doubt.
 */

const digest = task.thread<typeof import("./digest.fixture.ts").default>()(
  "digest",
  new URL("./digest.fixture.ts", import.meta.url),
);
const TROUBLE = new URL("./trouble.fixture.ts", import.meta.url);
const makeTrouble = task.thread<typeof import("./trouble.fixture.ts").default>();
const trouble = makeTrouble("trouble", TROUBLE);

let folder: string;
const file = (name = "file"): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aitor-threads-"));
  configureThreads({ threads: 2, memory: 128 });
});

afterEach(async () => {
  await sharedThreads()[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A flow's failure; its cause is the step's error. */
async function failure(run: Promise<unknown>): Promise<{ readonly cause: Record<string, unknown> }> {
  return run.then(
    (result) => Promise.reject(new Error(`it resolved with ${JSON.stringify(result)}`)),
    (error: unknown) => error as { cause: Record<string, unknown> },
  );
}

describe("a thread task", () => {
  test("stands in a chain", async () => {
    const upper = task("upper", (text: string) => text.toUpperCase());
    const flow = new Aitorflow("chain", upper.to(digest).to(task("sum", ({ sum }: { sum: number }) => sum)));
    expect((await flow.run("ab")).output).toBe((65 * 31 + 66) % 1_000_003);
  });

  test("takes several inputs, side by side, and under another name", async () => {
    const text = task("text", () => "abc");
    const rounds = task("rounds", () => 2);
    const flow = Aitorflow.define("graph", (f) => {
      const given = f.add(text);
      return [f.add(digest, given), f.add(digest.as("twice"), given, f.add(rounds))];
    });
    expect((await flow.run()).output).toMatchObject({ digest: { rounds: 1 }, twice: { rounds: 2 } });
  });

  test("runs once for each element of a list", async () => {
    const flow = Aitorflow.define("map", (f) => f.map(digest, f.add(task("texts", () => ["a", "b", "c"]))));
    expect((await flow.run()).output).toMatchObject([{ sum: 97 }, { sum: 98 }, { sum: 99 }]);
  });

  test("is not called again when a run is resumed", async () => {
    const journal = memoryJournal();
    const flow = new Aitorflow("resumed", trouble.to(task("wait", stopsTheFirstTime())));
    const engine = new EmbeddedEngine({ journal });
    const handle = flow.start({ what: "none", file: file() }, { engine, id: "the-run" });
    handle.result.catch(() => {});
    for await (const event of handle) if (event.type === "step-started" && event.key === "wait") break;
    await engine[Symbol.asyncDispose]();
    expect(existsSync(file())).toBe(true);
    rmSync(file());

    const resumed = await new EmbeddedEngine({ journal }).resume(flow, "the-run");
    expect(await resumed.result).toBe("well");
    expect(existsSync(file())).toBe(false);
  });

  test("is checked by its schemas, before and after", async () => {
    const url = new URL("./digest.fixture.ts", import.meta.url);
    const make = task.thread<typeof import("./digest.fixture.ts").default>();
    const checked = make("checked", url, { input: [z.string().max(3), z.number()] });
    const run = (text: string): Promise<unknown> =>
      Aitorflow.define("checks", (f) =>
        f.add(checked, f.add(task("text", () => text)), f.add(task("one", () => 1))),
      ).run();
    await run("abc");
    expect((await failure(run("abcd"))).cause).toMatchObject({ code: "invalid-input" });

    const output = make("output", url, { output: z.object({ sum: z.number().max(97), rounds: z.number() }) });
    expect((await new Aitorflow("output", output).run("a")).output).toEqual({ sum: 97, rounds: 1 });
    expect((await failure(new Aitorflow("output", output).run("b"))).cause).toMatchObject({ code: "invalid-output" });
  });

  test.each([
    ["a path", "./digest.fixture.ts"],
    ["nothing", undefined],
    ["an address elsewhere", new URL("https://example.com/hash.js")],
  ])("refuses %s for its module when it is made", (_, module) => {
    expect(() => task.thread()("hash", module as URL)).toThrow(
      expect.objectContaining({
        code: "invalid-option",
        message: expect.stringContaining('the module of task "hash" cannot be used'),
        expected: expect.stringContaining("new URL("),
      }),
    );
  });

  test("refuses options as any task does", () => {
    expect(() => makeTrouble("hash", TROUBLE, { effect: "once", retry: 2 })).toThrow(/retry of task "hash"/);
    expect(() => makeTrouble("", TROUBLE)).toThrow(/the name of a task/);
  });
});

describe("what goes wrong in a worker", () => {
  test("is the cause of the task's failure, as it was thrown", async () => {
    const error = await failure(new Aitorflow("flow", trouble).run({ what: "throw", file: file() }));
    expect(error).toMatchObject({ task: "trouble", code: "task-failed" });
    expect(error.cause).toMatchObject({ code: "E_TROUBLE", cause: { name: "TypeError", message: "trouble" } });
    expect((error.cause["cause"] as Error).stack).toContain("trouble.fixture.ts");
  });

  test("may be tried again, after a death as after an error", async () => {
    const retried = makeTrouble("trouble", TROUBLE, { retry: { attempts: 3, initialDelay: 0 } });
    const flow = new Aitorflow("flow", retried);
    for (const what of ["throw", "exit"] as const) {
      const { output } = await flow.run({ what, file: file(what), firstTimeOnly: true });
      expect(output).toBe("well");
    }
  });

  test("by a death leaves a task in doubt that must run once", async () => {
    const flow = new Aitorflow("flow", makeTrouble("trouble", TROUBLE, { effect: "once" }));
    expect((await failure(flow.run({ what: "exit", file: file() }))).cause).toMatchObject({
      code: "step-in-doubt",
      retryable: false,
      cause: { cause: { code: "thread-died" } },
    });
    expect((await failure(flow.run({ what: "throw", file: file("throw") }))).cause).toMatchObject({
      code: "E_TROUBLE",
    });
  });

  test("by the end of the pool leaves a task in doubt that must run once and had begun, not one that waited", async () => {
    configureThreads({ threads: 1 });
    const flow = new Aitorflow("flow", makeTrouble("trouble", TROUBLE, { effect: "once" }));
    const running = failure(flow.run({ what: "loop", file: file() }));
    await until(() => existsSync(file()));
    const waiting = failure(flow.run({ what: "none", file: file("waiting") }));
    await until(() => sharedThreads().waiting === 1);
    await sharedThreads()[Symbol.asyncDispose]();
    expect((await running).cause).toMatchObject({
      code: "step-in-doubt",
      cause: { cause: { code: "threads-closed" } },
    });
    expect((await waiting).cause).toMatchObject({ code: "threads-closed" });
    expect(existsSync(file("waiting"))).toBe(false);
  });

  test("fails the task alone: an exit, a full memory, an endless loop, while others finish", async () => {
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ clock });
    const limited = new Aitorflow("limited", makeTrouble("trouble", TROUBLE, { timeout: "5s" }));
    const run = (what: Trouble["what"]): Promise<unknown> => limited.run({ what, file: file(what) }, { engine });

    const looping = failure(run("loop"));
    await until(() => existsSync(file("loop")));
    const dying = [failure(run("exit")), failure(run("grow"))];
    const well = [run("none"), new Aitorflow("digest", digest).run("a", { engine })];
    expect((await Promise.all(dying)).map(({ cause }) => cause["code"])).toEqual(["thread-died", "thread-died"]);
    expect(await Promise.all(well)).toMatchObject([{ output: "well" }, { output: { sum: 97 } }]);
    await clock.advance("5s");
    expect((await looping).cause).toMatchObject({ code: "step-timeout" });
  });
});

describe("a time-out or a cancel", () => {
  test("ends the worker, so that the next task has its place", async () => {
    configureThreads({ threads: 1 });
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ clock });
    const limited = new Aitorflow("limited", makeTrouble("trouble", TROUBLE, { timeout: "5s" }));
    const looping = failure(limited.run({ what: "loop", file: file() }, { engine }));
    await until(() => existsSync(file()));
    const next = new Aitorflow("digest", digest).run("a", { engine });
    await clock.advance("5s");
    expect((await looping).cause).toMatchObject({ code: "step-timeout" });
    expect((await next).output).toMatchObject({ sum: 97 });
  });

  test("reaches a task that waits for a worker", async () => {
    configureThreads({ threads: 1 });
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ clock });
    const looping = new Aitorflow("loops", trouble).start({ what: "loop", file: file() }, { engine });
    looping.result.catch(() => {});
    await until(() => existsSync(file()));
    const limited = new Aitorflow("limited", makeTrouble("trouble", TROUBLE, { timeout: "5s" }));
    const waiting = failure(limited.run({ what: "none", file: file("waiting") }, { engine }));
    await until(() => sharedThreads().waiting === 1);
    await clock.advance("5s");
    expect((await waiting).cause).toMatchObject({ code: "step-timeout" });
    await looping.cancel();
    expect(sharedThreads().waiting).toBe(0);
    expect(existsSync(file("waiting"))).toBe(false);
  });

  test("finds that a task which must run once was not called where its worker was still starting", async () => {
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ clock });
    const once = new Aitorflow("once", makeTrouble("trouble", TROUBLE, { timeout: "5s", effect: "once" }));
    const starting = failure(once.run({ what: "none", file: file() }, { engine }));
    await until(() => sharedThreads().workers === 1);
    await clock.advance("5s");
    expect((await starting).cause).toMatchObject({ code: "step-timeout" });
    await new Aitorflow("digest", digest).run("a", { engine });
    expect(existsSync(file())).toBe(false);
  });

  test("is over when nothing of the task runs any more", async () => {
    const looping = new Aitorflow("loops", trouble).start({ what: "loop", file: file() });
    looping.result.catch(() => {});
    await until(() => existsSync(file()));
    expect(sharedThreads().workers).toBe(1);
    await looping.cancel("enough");
    expect(sharedThreads().workers).toBe(0);
    await expect(looping.result).rejects.toMatchObject({ code: "cancelled" });
  });
});

/** Never comes to an end in the process that starts the run. */
function stopsTheFirstTime(): (given: string) => string | Promise<never> {
  let calls = 0;
  return (given) => (calls++ === 0 ? new Promise<never>(() => {}) : given);
}
