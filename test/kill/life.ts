// A process from its start to its end, and what it told.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";

import type { ProcessPlan } from "./process.ts";
import type { KillPoint, Told, ToldEvent } from "./told-journal.ts";

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

const program = join(import.meta.dirname, "process.ts");

/** @param after Kills it from outside, so many milliseconds after it opened its journal. */
export async function live(plan: ProcessPlan, bystander: Bystander, after?: number): Promise<Life> {
  const child = spawn(process.execPath, ["--conditions=source", program, JSON.stringify(plan)], {
    env: { ...process.env, NODE_OPTIONS: "", NODE_COMPILE_CACHE: join(plan.journal, "../../compiled") },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const calls: Call[] = [];
  const stuck: string[] = [];
  const trouble: string[] = [];
  let dies: Life["dies"];
  let done = false;
  let openedAt = Infinity;
  let killer: NodeJS.Timeout | undefined;
  let stderr = "";
  child.stdin.on("error", () => {}); // it may be dead
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));

  const hear = (told: Told): void => {
    switch (told.told) {
      case "open":
        openedAt = performance.now();
        if (after !== undefined) killer = setTimeout(() => child.kill("SIGKILL"), after);
        bystander.opened();
        if (plan.holds) void bystander.settled().then(() => child.stdin.end());
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
  };
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => hear(JSON.parse(line) as Told));
  const closed = new Promise<void>((resolve) => lines.on("close", resolve));
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, by) => resolve(by));
  });
  const ms = performance.now() - openedAt;
  clearTimeout(killer);
  await closed;
  const killed = signal === "SIGKILL";
  if (!killed && !done) trouble.push(`it ended before its runs did: ${stderr}`);
  else if (stderr !== "") trouble.push(stderr);
  return { number: plan.life, killed, dies, calls, stuck, ms, trouble };
}
