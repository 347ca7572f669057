import type { AitorHost } from "aitor";

/** Ends this process as a power cut would, when so many steps of a message's run are on record. */
export function killAt(host: AitorHost, message: string, steps: number): void {
  let finished = 0;
  host.observeRuns(({ run, type }) => {
    if (type === "step-finished" && run.endsWith(`/${message}`) && ++finished === steps) {
      process.kill(process.pid, "SIGKILL");
    }
  });
}
