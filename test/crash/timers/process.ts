// A process with a clock that can be set: a timer, an approval that expires, and one that is given, across restarts.
import { createInterface } from "node:readline";

import { type Clock, EmbeddedEngine, isStepError, type Run, type Runnable, systemClock } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { tellLine } from "../told.ts";

export interface TimersPlan {
  readonly journal: string;
  /** What the clock is ahead of the machine's, in milliseconds. */
  readonly aheadMs: number;
  /** How long the timer takes, and the approval that expires. */
  readonly waitMs: number;
  /** Whether to start the runs, or to go on with them. */
  readonly starts: boolean;
}

/** On its stdin: a number is what the clock is ahead of the machine's from now on. */
export type TimersTold =
  | { readonly told: "waiting" }
  | { readonly told: "set"; readonly aheadMs: number }
  /** A step that came after a wait: by the clock, and in milliseconds since its body began in this process. */
  | {
      readonly told: "fired";
      readonly run: string;
      readonly at: number;
      readonly afterMs: number;
      readonly how: string;
    }
  | { readonly told: "ended"; readonly run: string; readonly output: unknown };

const tell = (told: TimersTold): void => tellLine(told);

await main(JSON.parse(process.argv[2] ?? "") as TimersPlan);

async function main({ journal: path, waitMs, starts, ...plan }: TimersPlan): Promise<void> {
  let { aheadMs } = plan;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  await using journal = sqliteJournal(path);
  await journal.ready();
  const after = (run: Run, beganMs: number, how: string): Promise<string> =>
    run.step("after", () => {
      tell({ told: "fired", run: run.id, at: clock.now(), afterMs: clock.monotonic() - beganMs, how });
      return how;
    });
  const approval = (name: string, deadline: number): Runnable<unknown, string> => ({
    name,
    version: "1",
    execute: async (run) => {
      const beganMs = clock.monotonic();
      try {
        return await after(run, beganMs, String(await run.waitFor("approval", { deadline })));
      } catch (error) {
        if (!isStepError(error)) throw error;
        return after(run, beganMs, error.code);
      }
    },
  });
  const definitions: readonly Runnable<unknown, string>[] = [
    {
      name: "timer",
      version: "1",
      execute: async (run) => {
        const beganMs = clock.monotonic();
        await run.sleep(waitMs);
        return after(run, beganMs, "slept");
      },
    },
    approval("expiring", waitMs),
    approval("approved", 3 * 3_600_000),
  ];
  await using engine = new EmbeddedEngine({ journal, clock, definitions });
  engine.observe(({ type, run, data }) => {
    if (type === "run-finished") tell({ told: "ended", run, output: (data as { readonly output?: unknown }).output });
  });
  const alive = setInterval(() => {}, 1_000);
  if (starts) for (const definition of definitions) engine.start(definition, undefined, { id: definition.name });
  else await engine.recover();
  const waiting = new Set(definitions.map(({ name }) => name));
  if (starts) {
    for await (const event of journal.tail(0, new AbortController().signal)) {
      if (["timer-set", "signal-awaited"].includes(event.type)) waiting.delete(event.run);
      if (waiting.size === 0) break;
    }
  }
  tell({ told: "waiting" });
  for await (const line of createInterface({ input: process.stdin })) {
    aheadMs = Number(line);
    tell({ told: "set", aheadMs });
  }
  clearInterval(alive);
}
