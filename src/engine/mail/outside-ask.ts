import { abortSignal, cancelledError, type Clock, type MessageKey, milliseconds, optionsOf } from "../../base/index.ts";
import type { AskOptions } from "../engine.ts";
import type { Asks } from "./asks.ts";
import { askTimeoutError } from "../record/message-errors.ts";

const ASK = ["id", "signal", "deadline", "origin"] as const satisfies readonly (keyof AskOptions)[];

/** An ask of somebody who is no run: it ends with its signal or its deadline, and takes the message back that nobody else wants. */
export function askFromOutside(
  asks: Asks,
  clock: Clock,
  to: MessageKey,
  message: unknown,
  options: AskOptions,
): Promise<unknown> {
  try {
    const { id, signal, deadline, origin } = optionsOf(options, ASK, "an option of an ask");
    if (signal !== undefined || deadline !== undefined) return askWithin(asks, clock, to, message, options);
    return asks.ask(to, message, { id, origin }).reply;
  } catch (error) {
    return Promise.reject(error);
  }
}

async function askWithin(
  asks: Asks,
  clock: Clock,
  to: MessageKey,
  message: unknown,
  { id, signal, deadline, origin }: AskOptions,
): Promise<unknown> {
  abortSignal(signal, "the signal of an ask");
  const ms = deadline === undefined ? undefined : milliseconds(deadline, "the deadline of an ask");
  if (signal?.aborted === true) throw cancelledError(`the message to ${to.name} "${to.id}"`, signal.reason);
  const asked = asks.ask(to, message, { id, origin });
  let late = false;
  const abort = (): void => void asked.withdraw(signal?.reason).catch(ignore);
  const timer =
    ms === undefined
      ? undefined
      : clock.timer(ms, () => {
          late = true;
          asked.withdraw(`no reply within ${ms} ms`).catch(ignore);
        });
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await asked.reply;
  } catch (error) {
    if (!late) throw error;
    throw askTimeoutError(to, await asked.run.catch(ignore), ms as number, asked.stays);
  } finally {
    timer?.cancel();
    signal?.removeEventListener("abort", abort);
  }
}

function ignore(): undefined {}
