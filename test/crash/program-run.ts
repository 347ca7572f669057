// A program's run from its start to its end, by what it tells: a line of JSON each.
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

import { type ProgramName, startProgram } from "./program.ts";

export interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly stderr: string;
}

/** A process under way. */
export interface ProgramRun<Told> {
  readonly pid: number;
  /** All that it has told so far. */
  readonly told: readonly Told[];
  /** Resolves with the first of what it tells, now or later, that fits; rejects where it ends before. */
  hears<Kind extends Told>(fits: (told: Told) => told is Kind): Promise<Kind>;
  hears(fits: (told: Told) => boolean): Promise<Told>;
  /** A line on its stdin. */
  say(line: string): void;
  /** There is no more on its stdin. */
  end(): void;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

interface Listener<Told> {
  readonly fits: (told: Told) => boolean;
  readonly resolve: (told: Told) => void;
  readonly reject: (error: Error) => void;
}

/**
 * @param plan What it is told to do, a JSON value.
 * @param onTold Is told at once what it tells.
 */
export async function runProgram<Told>(
  name: ProgramName,
  plan: unknown,
  onTold?: (told: Told) => void,
): Promise<ProgramRun<Told>> {
  const child = await startProgram(name, plan);
  const told: Told[] = [];
  const listeners = new Set<Listener<Told>>();
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const value = JSON.parse(line) as Told;
    told.push(value);
    onTold?.(value);
    for (const listener of listeners) {
      if (!listener.fits(value)) continue;
      listeners.delete(listener);
      listener.resolve(value);
    }
  });
  const stderr = text(child.stderr);
  const closed = new Promise<void>((resolve) => lines.on("close", resolve));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      void Promise.all([stderr, closed]).then(([said]) => {
        for (const { reject: tell } of listeners)
          tell(new Error(`the program ${name} ended: ${signal ?? code} ${said}`));
        listeners.clear();
        resolve({ code, signal, stderr: said });
      });
    });
  });
  return {
    pid: child.pid as number,
    told,
    hears: (fits: (value: Told) => boolean) =>
      new Promise<never>((resolve, reject) => {
        const known = told.find(fits);
        if (known !== undefined) resolve(known as never);
        else listeners.add({ fits, resolve: resolve as (value: Told) => void, reject });
      }),
    say: (line) => void child.stdin.write(`${line}\n`),
    end: () => void child.stdin.end(),
    signal: (signal) => void child.kill(signal),
    ended,
  };
}
