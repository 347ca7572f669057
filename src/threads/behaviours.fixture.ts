// What the tests have a worker do: the first input says which.
import { threadId } from "node:worker_threads";
import { TerminalError } from "../engine/index.ts";

let calls = 0;
const kept: Uint8Array[] = [];

/** An object in an object, and so on. */
export function nested(levels: number): object {
  let all = {};
  for (let level = 0; level < levels; level++) all = { all };
  return all;
}

const behaviours = {
  add: (a: number, b: number) => a + b,
  addLater: async (a: number, b: number) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return a + b;
  },
  count: () => ++calls,
  thread: () => threadId,
  echo: (value: unknown) => value,
  nothing: () => {},

  throwError: () => {
    throw Object.assign(new RangeError("too far", { cause: new Error("the road") }), { code: "E_FAR" });
  },
  rejectText: async () => Promise.reject("a text"),
  throwTerminal: () => {
    throw new TerminalError("never", { code: "no-use" });
  },
  returnFunction: () => ({ fn: () => {} }),

  returnNested: (levels: number) => nested(levels),
  throwNested: (levels: number) => {
    throw Object.assign(new Error("deep"), { data: nested(levels) });
  },

  setGlobals: (name: string, value: string) => {
    process.env[name] = value;
    (globalThis as Record<string, unknown>)[name] = value;
  },
  readGlobals: (name: string) => [process.env[name], (globalThis as Record<string, unknown>)[name]],
  print: (text: string) => {
    /* oxlint-disable eslint/no-console -- it is the console that is tested */
    console.log(text);
    console.error(text);
    /* oxlint-enable eslint/no-console */
  },
  printAndCapture: (text: string) => {
    process.stdout.write(text);
    process.stdout.write = () => true;
  },
  compute: (rounds: number) => {
    let x = 1;
    for (let round = 0; round < rounds; round++) x = (x * 48_271) % 2_147_483_647;
    return x;
  },

  /** Says that it is there and waits until somebody lets it go on, without its event loop. */
  hold: (gate: Int32Array) => {
    Atomics.add(gate, 0, 1);
    Atomics.notify(gate, 0);
    Atomics.wait(gate, 1, 0);
    return threadId;
  },
  /** Counts for ever. */
  loop: (counter: Int32Array) => {
    for (;;) if (Atomics.add(counter, 0, 1) === 0) Atomics.notify(counter, 0);
  },

  exit: (code: number) => process.exit(code),
  throwFromCallback: (thrown: unknown) => {
    setTimeout(() => {
      throw thrown;
    });
    return new Promise(() => {});
  },
  rejectUnheard: () => {
    void Promise.reject(new Error("nobody awaits this"));
    return new Promise(() => {});
  },
  throwAfterwards: (thrown: unknown) => {
    setTimeout(() => {
      throw thrown;
    });
  },
  exitAfterwards: (code: number) => {
    setTimeout(() => process.exit(code));
  },
  growAfterwards: () => {
    setTimeout(() => kept.push(new Uint8Array(300 * 2 ** 20)));
  },
  /** It dies as soon as it has answered, before it takes another call. */
  rejectAndReturn: () => {
    void Promise.reject(new Error("nobody awaits this"));
  },
  growHeap: () => {
    const kept: unknown[] = [];
    for (;;) kept.push({ at: kept.length, more: [kept.length] });
  },
  /** Each time that a large map grows it asks for one piece of tens of megabytes. */
  growMap: () => {
    const kept = new Map<number, number>();
    for (;;) kept.set(kept.size, kept.size);
  },
  keepBuffer: (megabytes: number) => {
    kept.push(new Uint8Array(megabytes * 2 ** 20));
    return threadId;
  },
  growBuffers: () => {
    const kept: Uint8Array[] = [];
    for (;;) kept.push(new Uint8Array(10_000_000).fill(1));
  },
} satisfies Record<string, (...input: never[]) => unknown>;

export default function behave(what: keyof typeof behaviours, ...input: unknown[]): unknown {
  return (behaviours[what] as (...input: unknown[]) => unknown)(...input);
}
