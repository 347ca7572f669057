// A process from its start to its end, and what it told.
import type { ProgramName } from "../program.ts";
import { type ProgramRun, runProgram } from "../program-run.ts";
import type { KillPoint, Told, ToldEvent } from "./told-journal.ts";

/** What a program is told to do, beside what is its own. */
export interface ProcessPlan<Input = unknown> {
  /** The number of this process among those on its journal. */
  readonly life: number;
  readonly journal: string;
  readonly input: Input;
  /** Ids of what to start. */
  readonly start: readonly string[];
  /** Of what was started, what has no ending on record. */
  readonly unfinished: readonly string[];
  /** And what has. */
  readonly ended: readonly string[];
  /** Whether they start beside what is gone on with, or when that has ended. */
  readonly beside: boolean;
  /** Whether it lives until its stdin ends. */
  readonly holds: boolean;
  /** Its write is counted from the start of the runs, or from the beginning of the recovery. */
  readonly kill?: (KillPoint & { readonly during: "recovery" | "run" }) | undefined;
}

/** An append as the process told of it. */
export interface Call {
  readonly events: readonly ToldEvent[];
  /** It says what the stream's last event must be, and so may be refused. */
  readonly expects: boolean;
  /** The numbers that its events got, once it was acknowledged. */
  seqs?: readonly number[];
  refused?: boolean;
}

export interface Life {
  readonly number: number;
  readonly killed: boolean;
  /** The write at which it killed itself, and what was written. */
  readonly dies: { readonly when: KillPoint["when"]; readonly types: readonly string[] } | undefined;
  readonly calls: readonly Call[];
  readonly stuck: readonly string[];
  /** Milliseconds from the opening of the journal to the end. */
  readonly ms: number;
  /** What should not have been, such as an exit code. */
  readonly trouble: readonly string[];
}

/** Told of what goes on while the process lives. */
export interface Bystander {
  opened(): void;
  /** It wants nothing of the process any more. */
  settled(): Promise<void>;
  acknowledged(events: readonly ToldEvent[]): void;
}

/** @param after Kills it from outside, so many milliseconds after it opened its journal. */
export async function live(
  program: ProgramName,
  plan: ProcessPlan,
  bystander: Bystander,
  after?: number,
): Promise<Life> {
  const calls: Call[] = [];
  const stuck: string[] = [];
  const trouble: string[] = [];
  let dies: Life["dies"];
  let done = false;
  let openedAt = Infinity;
  let killer: NodeJS.Timeout | undefined;
  const run: ProgramRun<Told> = await runProgram<Told>(program, plan, (told) => {
    switch (told.told) {
      case "open":
        openedAt = performance.now();
        if (after !== undefined) killer = setTimeout(() => run.signal("SIGKILL"), after);
        bystander.opened();
        if (plan.holds) void bystander.settled().then(() => run.end());
        return;
      case "call":
        calls[told.call - 1] = { events: told.events, expects: told.expects };
        return;
      case "acknowledged": {
        const call = calls[told.call - 1] as Call;
        call.seqs = told.seqs;
        return bystander.acknowledged(call.events);
      }
      case "refused":
        (calls[told.call - 1] as Call).refused = true;
        if (told.code !== "journal-conflict") trouble.push(`an append was refused: ${told.code}`);
        return;
      case "dies":
        dies = told;
        return;
      case "stuck":
        stuck.push(told.run);
        return;
      case "trouble":
        trouble.push(told.text);
        return;
      case "done":
        done = true;
    }
  });
  const { signal, stderr } = await run.ended;
  const ms = performance.now() - openedAt;
  clearTimeout(killer);
  const killed = signal === "SIGKILL";
  if (!killed && !done) trouble.push(`it ended before its runs did: ${stderr}`);
  else if (stderr !== "") trouble.push(stderr);
  return { number: plan.life, killed, dies, calls, stuck, ms, trouble };
}
