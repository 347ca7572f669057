import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

/** What one process is to do. */
interface Part {
  /** The path of its file. */
  readonly journal: string;
  readonly agent: string;
  readonly id: string;
  /** After how many steps it kills itself. */
  readonly kill: number | undefined;
  /** Another one has begun it. */
  readonly again: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process that begins the survey, or goes on with it. It is told of Ctrl-C, and notices when this one is gone. */
export async function surveyProcess({ journal, agent, id, kill, again }: Part, signal: AbortSignal): Promise<Ended> {
  const child: ChildProcess = fork(WORKER, [journal, agent, id, `${kill ?? ""}`, again ? "again" : ""]);
  const stop = (): void => void (child.connected && child.send("stop"));
  // One Ctrl-C may come more than once, by way of npm; a later one ends this process as usual.
  const ignore = (): void => {};
  const interrupted = (): void => {
    process.on("SIGINT", ignore);
    setTimeout(() => process.off("SIGINT", ignore), 1_000).unref();
    stop();
  };
  signal.addEventListener("abort", interrupted, { once: true });
  if (signal.aborted) stop();
  try {
    return await new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, by) => resolve({ code, signal: by }));
    });
  } finally {
    signal.removeEventListener("abort", interrupted);
  }
}
