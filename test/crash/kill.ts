import type { JobPlace } from "./job.ts";
import type { Outcome } from "./outcome.ts";
import type { ProgramRun } from "./program-run.ts";

/** Kills a process. One that had ended by itself, or said something on stderr, is a fault. */
export async function kill(
  run: Pick<ProgramRun<unknown>, "signal" | "ended">,
  onProcess: JobPlace["onProcess"],
  outcome: Outcome,
): Promise<void> {
  run.signal("SIGKILL");
  const { signal, code, stderr } = await run.ended;
  const killed = signal === "SIGKILL";
  if (!killed || stderr !== "")
    outcome.faults.wrong.push(`a process that is killed ended with ${signal ?? code}: ${stderr}`);
  onProcess(killed);
  if (killed) outcome.kills++;
}
