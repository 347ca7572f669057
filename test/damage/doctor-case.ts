// `aitor doctor` itself, on a journal of which it is known what reading it gives.
import { existsSync, rmSync } from "node:fs";

import { aitor } from "./processes.ts";
import type { Verdict } from "./verdict.ts";

/** @returns What is wrong with what it says or does. */
export async function judgeDoctorCommand(path: string, { detected }: Verdict): Promise<string[]> {
  const repaired = `${path}.by-command.db`;
  rmSync(repaired, { force: true });
  const { code, stdout, stderr } = await aitor("doctor", path, "--json");
  if (code !== 0 && code !== 1) return [`aitor doctor ended with ${code}: ${stderr}`];
  if (code === 0) return detected === undefined ? [] : [`aitor doctor ended with 0 where reading finds ${detected}`];
  // A version that is not known may be a newer one: it says so, and nothing more.
  if (detected === "journal-version") return stderr.includes("newer") ? [] : [`aitor doctor says: ${stderr}`];
  const { sound, findings } = JSON.parse(stdout) as { sound: boolean; findings: unknown[] };
  if (sound || findings.length === 0) return ["aitor doctor ended with 1 and names nothing"];
  const repair = await aitor("doctor", path, "--repair", repaired);
  if (repair.code !== 0 || !existsSync(repaired))
    return [`aitor doctor --repair ended with ${repair.code}: ${repair.stderr}`];
  const again = await aitor("doctor", repaired);
  return again.code === 0 ? [] : [`aitor doctor finds its own repair damaged: ${again.stdout}${again.stderr}`];
}
