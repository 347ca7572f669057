import { AitorError, checkJson, recordError } from "../../base/index.ts";
import type { Command, Inbox } from "../../journal/index.ts";
import type { CommandOutcome } from "../inbox/inbox.ts";

type Handler = (command: Command) => Promise<unknown>;

/** Commands of other processes, for the one handler that serves them; some are the journal's own to serve. */
export class CommandInbox implements Inbox {
  readonly #own: ReadonlyMap<string, Handler>;
  readonly #poll: (on: boolean) => void;
  readonly #acknowledge: (id: string, outcome: CommandOutcome) => void;
  #handler: Handler | undefined;
  /** Taken when nobody served any more. */
  readonly #held: Command[] = [];

  constructor(
    own: ReadonlyMap<string, Handler>,
    poll: (on: boolean) => void,
    acknowledge: (id: string, outcome: CommandOutcome) => void,
  ) {
    this.#own = own;
    this.#poll = poll;
    this.#acknowledge = acknowledge;
  }

  serve(handle: Handler): () => void {
    if (this.#handler !== undefined) throw servedError();
    const handler: Handler = (command) => handle(command);
    this.#handler = handler;
    for (const command of this.#held.splice(0)) this.take(command);
    this.#poll(true);
    return () => {
      if (this.#handler !== handler) return;
      this.#handler = undefined;
      this.#poll(false);
    };
  }

  take(command: Command): void {
    const handler = this.#own.get(command.type) ?? this.#handler;
    if (handler === undefined) this.#held.push(command);
    else void this.#carryOut(handler, command);
  }

  async #carryOut(handler: Handler, command: Command): Promise<void> {
    let outcome: CommandOutcome;
    try {
      const value = await handler(command);
      checkJson(value, `the outcome of command "${command.type}"`, false);
      outcome = { value };
    } catch (error) {
      outcome = { error: recordError(error) };
    }
    this.#acknowledge(command.id, outcome);
  }
}

function servedError(): AitorError<"inbox-served"> {
  return new AitorError({
    code: "inbox-served",
    message: "the journal's inbox is served already",
    expected: "one handler at a time",
    got: "a second one",
    fix: "end the first one: call what serve() returned",
  });
}
