import { complain, explain } from "./complain.ts";

/**
 * Runs `work` with a signal that Ctrl-C aborts; a second Ctrl-C ends the process as usual. Returns the exit code.
 *
 * @param interrupted What is said then.
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<void>,
  interrupted: string,
): Promise<number> {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Error("Ctrl-C"));
  process.once("SIGINT", interrupt);
  try {
    await work(controller.signal);
    return 0;
  } catch (error) {
    complain(controller.signal.aborted ? interrupted : explain(error));
    return controller.signal.aborted ? 130 : 1;
  } finally {
    process.off("SIGINT", interrupt);
  }
}
