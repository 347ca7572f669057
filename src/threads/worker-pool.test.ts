import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import behave, { nested } from "./behaviours.fixture.ts";
import { BEHAVIOURS, failure, Gate, sharedNumbers, testPool, until } from "./pool.fixture.ts";

/*
 * A pool calls the default exports of modules in worker threads.
 * - Inputs are spread, results awaited; TypeScript runs as it is; a worker loads a module once.
 * - The event loop stays free. Workers share nothing with the process, and what they print comes out.
 * - Workers start when there is work, are never more than allowed, and end when they rest. Calls begin in their order.
 * - What goes wrong is told: what was thrown, a module that is not there, what cannot be copied.
 */

describe("a call", () => {
  test("gives the function its inputs, and gives back what it returns or resolves with", async () => {
    await using pool = testPool();
    expect(await pool.do("add", 1, 2)).toBe(3);
    expect(await pool.do("addLater", 1, 2)).toBe(3);
    expect(await pool.do("nothing")).toBeUndefined();
    const rich = { date: new Date(0), set: new Set([1]), bytes: new Uint8Array([1, 2]), list: [null, undefined] };
    expect(await pool.do("echo", rich)).toEqual(rich);
  });

  test("takes its inputs as they are when it is made, also where it waits for its worker", async () => {
    await using pool = testPool({ threads: 1 });
    const list = [1];
    const starting = pool.do("echo", list);
    list.push(2);
    const waiting = pool.do("echo", list);
    list.push(3);
    expect(await Promise.all([starting, waiting])).toEqual([[1], [1, 2]]);
    const next = pool.do("echo", list);
    list.push(4);
    expect(await next).toEqual([1, 2, 3]);
  });

  test("whose onWait throws fails with that, and its place is another's", async () => {
    await using pool = testPool({ threads: 1 });
    const onWait = (waits: boolean): void => {
      if (!waits) throw new RangeError("no");
    };
    await expect(pool.run(BEHAVIOURS, ["add", 1, 2], { onWait })).rejects.toThrow(RangeError);
    expect(await pool.do("add", 1, 2)).toBe(3);
  });

  test.each(["aborted", "disposed"])("that is %s by its own onWait ends with that", async (how) => {
    await using pool = testPool({ threads: 1 });
    const stopping = new AbortController();
    const waits: boolean[] = [];
    const onWait = (wait: boolean): void => {
      waits.push(wait);
      if (wait) return;
      if (how === "aborted") stopping.abort(new RangeError("enough"));
      else void pool[Symbol.asyncDispose]();
    };
    const called = pool.run(BEHAVIOURS, ["count"], { signal: stopping.signal, onWait });
    await expect(called).rejects.toThrow(how === "aborted" ? "enough" : "the thread pool was disposed");
    expect(waits).toEqual([true, false, true]);
  });

  test("finds the module loaded when its worker has loaded it before", async () => {
    await using pool = testPool({ threads: 1 });
    expect([await pool.do("count"), await pool.do("count"), await pool.do("count")]).toEqual([1, 2, 3]);
  });

  test("leaves the event loop free while it computes", async () => {
    await using pool = testPool({ threads: 1 });
    const rounds = 5_000_000;
    await pool.do("nothing");
    const beats = heartbeat();
    const result = await pool.do("compute", rounds);
    const inPool = beats.stop();

    const beatsInLoop = heartbeat();
    expect(behave("compute", rounds)).toBe(result);
    expect(beatsInLoop.stop()).toBe(0);
    expect(inPool).toBeGreaterThan(10);
  });

  test("does not share variables with the process or another worker", async () => {
    await using pool = testPool({ threads: 2 });
    const [first, second] = [new Gate(), new Gate()];
    const held = [pool.do("hold", first.numbers)];
    await first.arrived(1);
    await pool.do("setGlobals", "AITOR_TEST_LEAK", "leaked");
    expect(await pool.do("readGlobals", "AITOR_TEST_LEAK")).toEqual(["leaked", "leaked"]);
    held.push(pool.do("hold", second.numbers));
    await second.arrived(1);
    first.open();
    expect(await pool.do("readGlobals", "AITOR_TEST_LEAK")).toEqual([undefined, undefined]);
    second.open();
    expect(new Set(await Promise.all(held)).size).toBe(2);
    expect(process.env["AITOR_TEST_LEAK"]).toBeUndefined();
    expect(globalThis).not.toHaveProperty("AITOR_TEST_LEAK");
  });
});

describe("workers", () => {
  test("start when there is work, and end when they rest", async () => {
    await using pool = testPool({ idle: 1 });
    expect(pool.workers).toBe(0);
    await pool.do("nothing");
    await until(() => pool.workers === 0);
    expect(await pool.do("count")).toBe(1);
  });

  test("are as many as there is work for, and no more than allowed", async () => {
    await using pool = testPool({ threads: 2 });
    const gate = new Gate();
    const calls = Array.from({ length: 5 }, () => pool.do("hold", gate.numbers));
    await gate.arrived(2);
    expect({ workers: pool.workers, waiting: pool.waiting }).toEqual({ workers: 2, waiting: 3 });
    gate.open();
    expect(new Set(await Promise.all(calls)).size).toBe(2);
    expect(pool.waiting).toBe(0);
  });

  test("take calls in the order in which they came", async () => {
    await using pool = testPool({ threads: 1 });
    const order = await Promise.all(Array.from({ length: 20 }, () => pool.do("count")));
    expect(order).toEqual(order.toSorted((a, b) => Number(a) - Number(b)));
    const { signal } = new AbortController();
    const stoppable = await Promise.all(Array.from({ length: 20 }, () => pool.doUntil(signal, "count")));
    expect(stoppable).toEqual(stoppable.toSorted((a, b) => Number(a) - Number(b)));
  });
});

describe("what the function throws", () => {
  test("arrives with its name, message, stack, code and cause", async () => {
    await using pool = testPool();
    const error = await failure(pool.do("throwError"));
    expect(error).toMatchObject({
      name: "RangeError",
      message: "too far",
      code: "E_FAR",
      cause: { message: "the road" },
    });
    expect(error["stack"]).toContain("behaviours.fixture.ts");
  });

  test("may be anything", async () => {
    await using pool = testPool();
    expect(await failure(pool.do("rejectText"))).toMatchObject({ message: "a text" });
  });

  test("says whether trying again can help", async () => {
    await using pool = testPool();
    expect(await failure(pool.do("throwTerminal"))).toMatchObject({ code: "no-use", retryable: false });
  });
});

describe("a module", () => {
  test("that is not there is named", async () => {
    await using pool = testPool();
    const gone = new URL("./gone.ts", import.meta.url);
    expect(await failure(pool.run(gone, []))).toMatchObject({
      code: "thread-module",
      message: expect.stringContaining('the module of "gone.ts" is not there'),
      expected: "a module at this URL",
      got: gone.href,
      fix: expect.stringContaining("correct the path"),
      retryable: false,
    });
  });

  test("that fails to load gives its own error as the cause", async () => {
    await using pool = testPool();
    const module = new URL("./fails-to-load.fixture.ts", import.meta.url);
    expect(await failure(pool.run(module, []))).toMatchObject({
      code: "thread-module",
      message: expect.stringContaining("cannot be loaded"),
      got: expect.stringContaining("no configuration"),
      cause: { message: "no configuration", code: "E_CONFIG" },
    });
  });

  test("without a function as its default export is told what it exports", async () => {
    await using pool = testPool();
    const module = new URL("./no-function.fixture.ts", import.meta.url);
    expect(await failure(pool.run(module, [], { name: "hash" }))).toMatchObject({
      code: "thread-module",
      message: expect.stringContaining('the module of "hash" has no function as its default export'),
      expected: "export default function …",
      got: "exports hash",
      fix: expect.stringContaining("default"),
    });
  });

  test("that a compiler made CommonJS of has its function one level below", async () => {
    await using pool = testPool();
    using compiled = written("exports.__esModule = true; exports.default = (a, b) => a + b;");
    expect(await pool.run(compiled.url, [1, 2])).toBe(3);
  });

  test("that throws nothing while it loads cannot be loaded", async () => {
    await using pool = testPool();
    using throwing = written("throw undefined;");
    expect(await failure(pool.run(throwing.url, []))).toMatchObject({
      code: "thread-module",
      message: expect.stringContaining("cannot be loaded"),
      cause: { message: "undefined" },
    });
  });

  test.each([["./hash.ts"], [new URL("https://example.com/hash.js")], [undefined]])(
    "that is no file's URL is refused: %s",
    async (module) => {
      await using pool = testPool();
      const error = await failure(pool.run(module as URL, []));
      expect(error).toMatchObject({ code: "invalid-option", expected: expect.stringContaining("new URL(") });
      expect(pool.workers).toBe(0);
    },
  );
});

test.each<[string, unknown, unknown, string, string]>([
  ["no inputs", undefined, {}, 'the input of "behaviours.fixture.ts"', "an array"],
  ["a text for its inputs", "text", {}, 'the input of "behaviours.fixture.ts"', "an array"],
  ["an option that there is not", [], { sginal: 5 }, "an option of a call in a worker thread", "signal, name, onWait"],
  ["a signal that is none", [], { signal: 5 }, 'the signal of "behaviours.fixture.ts"', "an AbortSignal"],
])("a call is refused that is given %s", async (_, input, options, message, expected) => {
  await using pool = testPool();
  expect(await failure(pool.run(BEHAVIOURS, input as [], options as object))).toMatchObject({
    code: "invalid-option",
    message: expect.stringContaining(`${message} cannot be used`),
    expected: expect.stringContaining(expected),
  });
  expect(pool.workers).toBe(0);
});

describe("what cannot be copied", () => {
  test("as an input is named, and the worker goes on", async () => {
    await using pool = testPool({ threads: 1 });
    expect(await pool.do("count")).toBe(1);
    expect(await failure(pool.do("echo", { fn: () => {} }))).toMatchObject({
      code: "thread-clone",
      message: expect.stringContaining('input 2 of "echo" cannot be sent'),
      got: expect.stringContaining("an object with fn"),
      fix: expect.stringContaining("plain data"),
      retryable: false,
    });
    expect(await pool.do("count")).toBe(2);
  });

  test("as an input is told at once, before the call waits", async () => {
    await using pool = testPool({ threads: 1 });
    const gate = new Gate();
    const running = pool.do("hold", gate.numbers);
    expect(await failure(pool.do("echo", () => {}))).toMatchObject({ code: "thread-clone", data: { index: 1 } });
    expect(pool.waiting).toBe(0);
    gate.open();
    await running;
  });

  test("as a result is named, and the worker goes on", async () => {
    await using pool = testPool({ threads: 1 });
    expect(await pool.do("count")).toBe(1);
    expect(await failure(pool.do("returnFunction"))).toMatchObject({
      code: "thread-clone",
      message: expect.stringContaining('the result of "returnFunction" cannot be sent'),
      got: expect.stringContaining("an object with fn"),
    });
    expect(await pool.do("count")).toBe(2);
  });

  // The stack of a worker is larger than that of the process: what is 4,000 levels deep can be sent, and not be read.
  test.for([
    ["returnNested", 4_000],
    ["returnNested", 40_000],
    ["throwNested", 4_000],
    ["throwNested", 40_000],
  ] as const)(
    "since it is too deep fails the call, and the worker goes on: %s, %i levels",
    async ([what, levels], { skip }) => {
      skip(what === "throwNested" && process.versions.v8 < "14", "causes of any depth can be read there");
      await using pool = testPool({ threads: 1 });
      expect(await pool.do("count")).toBe(1);
      expect(await failure(pool.do(what, levels))).toMatchObject({
        code: "thread-clone",
        message: expect.stringContaining(`the result of "${what}" cannot be sent`),
        expected: expect.stringContaining("nothing thousands of levels deep"),
        got: expect.stringContaining("call stack"),
        retryable: false,
      });
      expect(await pool.do("count")).toBe(2);
    },
  );

  test("since it is too deep for an input is named, with a worker there and without", async () => {
    await using pool = testPool({ threads: 1 });
    const named = {
      code: "thread-clone",
      message: expect.stringContaining('input 2 of "echo" cannot be sent'),
      retryable: false,
    };
    expect(await failure(pool.do("echo", nested(40_000)))).toMatchObject(named);
    expect(await pool.do("count")).toBe(1);
    expect(await failure(pool.do("echo", nested(40_000)))).toMatchObject(named);
    expect(await pool.do("count")).toBe(2);
  });
});

describe("disposing", () => {
  test("ends workers and calls, running and waiting; twice is harmless", async () => {
    const pool = testPool({ threads: 1 });
    const counter = sharedNumbers();
    const running = failure(pool.do("loop", counter));
    const waiting = failure(pool.do("count"));
    await Atomics.waitAsync(counter, 0, 0).value;
    await Promise.all([pool[Symbol.asyncDispose](), pool[Symbol.asyncDispose]()]);
    expect(pool.workers).toBe(0);
    expect([await running, await waiting]).toMatchObject([{ code: "threads-closed" }, { code: "threads-closed" }]);
    await pool[Symbol.asyncDispose]();
    expect(await failure(pool.run(BEHAVIOURS, ["count"]))).toMatchObject({ code: "threads-closed", retryable: false });
  });

  test("of a pool that never had work is harmless", async () => {
    await testPool()[Symbol.asyncDispose]();
  });
});

/** A module in CommonJS. */
function written(text: string): Disposable & { readonly url: URL } {
  const folder = mkdtempSync(join(tmpdir(), "aitor-threads-"));
  const file = join(folder, "module.cjs");
  writeFileSync(file, text);
  return { url: pathToFileURL(file), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** Counts the turns of the event loop. */
function heartbeat(): { stop(): number } {
  let beats = 0;
  let running = true;
  const beat = (): void => {
    if (!running) return;
    beats++;
    setImmediate(beat);
  };
  setImmediate(beat);
  return {
    stop() {
      running = false;
      return beats;
    },
  };
}
