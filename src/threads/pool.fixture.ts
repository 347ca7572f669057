import { setTimeout as sleep } from "node:timers/promises";
import { type ThreadOptions, WorkerPool } from "./index.ts";

export const BEHAVIOURS: URL = new URL("./behaviours.fixture.ts", import.meta.url);

/** A pool of its own for each test: `await using pool = testPool()`. */
export class TestPool extends WorkerPool {
  do(what: string, ...input: readonly unknown[]): Promise<unknown> {
    return this.run(BEHAVIOURS, [what, ...input], { name: what });
  }

  doUntil(signal: AbortSignal, what: string, ...input: readonly unknown[]): Promise<unknown> {
    return this.run(BEHAVIOURS, [what, ...input], { name: what, signal });
  }
}

export function testPool(options: ThreadOptions = {}): TestPool {
  return new TestPool({ threads: 2, ...options });
}

/** Numbers that workers and the test share. */
export function sharedNumbers(count = 2): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
}

/** Holds workers at a point of their code, until they may go on. */
export class Gate {
  readonly numbers: Int32Array<SharedArrayBuffer> = sharedNumbers();

  /** Resolves when so many have arrived. */
  async arrived(count: number): Promise<void> {
    for (let there = 0; there < count; there = Atomics.load(this.numbers, 0)) {
      await Atomics.waitAsync(this.numbers, 0, there).value;
    }
  }

  open(): void {
    Atomics.store(this.numbers, 1, 1);
    Atomics.notify(this.numbers, 1);
  }
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const settled = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in settled) return settled.error as Record<string, unknown>;
  throw new Error(`it resolved with ${String(settled.value)}`);
}

/** Resolves when it has come true, however long that takes. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}
