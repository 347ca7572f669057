import { AitorError, type MessageKey, typedArgument } from "../../base/index.ts";

/** @param counted.crashes Of its beginnings, those in which it did something itself. */
export function setAsideError(
  { name, id }: MessageKey,
  message: string,
  counted: { readonly beginnings: number; readonly crashes: number },
): AitorError<"message-set-aside"> {
  const { beginnings, crashes } = counted;
  const waits = beginnings - crashes;
  const rest = waits === 0 ? "" : `; in ${waits} of them it waited for others, or for models that failed`;
  return new AitorError({
    code: "message-set-aside",
    message: `message "${message}" to ${name} "${id}" was set aside`,
    expected: "its handling to get further each time it is begun",
    got: `${beginnings} beginnings, in none of which it got further before its process died${rest}`,
    fix: "find out what kills the process (memory, a native crash, an endless loop), then send the message again",
    retryable: false,
    data: { key: { name, id }, attempts: beginnings, crashes },
  });
}

export function mailboxFullError({ name, id }: MessageKey, limit: number): AitorError<"mailbox-full"> {
  return new AitorError({
    code: "mailbox-full",
    message: `the mailbox of ${name} "${id}" is full`,
    expected: `fewer than ${limit} messages that wait`,
    got: `${limit}`,
    fix: 'send later, raise mailbox.limit, or let senders wait: mailbox: { whenFull: "wait" }',
    data: { key: { name, id }, limit },
  });
}

/** @param answerable The key of what it waits for that can be answered, where there is one. */
export function agentSuspendedError(
  { name, id }: MessageKey,
  run: string | undefined,
  waitsFor: readonly string[],
  answerable: string | undefined,
): AitorError<"agent-suspended"> {
  const keys = waitsFor.map((key) => `"${key}"`).join(", ");
  const goOn =
    run === undefined || answerable === undefined
      ? "send when it goes on (host.pending() tells what has to be answered for that, if anything)"
      : `answer that (aitor answer ${typedArgument(run)} ${typedArgument(answerable)} --value …)`;
  return new AitorError({
    code: "agent-suspended",
    message: `${name} "${id}" takes no message now: it waits for ${keys}`,
    expected: "an agent that is free, or that lets messages wait",
    got: `one whose run "${run ?? ""}" waits for ${keys}`,
    fix: `${goOn}, or let messages wait: whileSuspended: "wait"`,
    data: { key: { name, id }, run, waitsFor },
  });
}

/** @param before The run that the key goes on with first. */
export function notItsTurnError(run: string, { name, id }: MessageKey, before: string): AitorError<"not-its-turn"> {
  return new AitorError({
    code: "not-its-turn",
    message: `it is not the turn of run "${run}"`,
    expected: `the message to ${name} "${id}" that comes first`,
    got: `one behind that of run "${before}", which has not ended`,
    fix: `go on with that one first (aitor resume ${typedArgument(before)}), or cancel it; where the agent's host is open it handles them in order, and who asks again under the message's id gets its reply`,
    data: { run, key: { name, id }, before },
  });
}

/** @param stays The message was not withdrawn. */
export function askTimeoutError(
  { name, id }: MessageKey,
  run: string | undefined,
  ms: number,
  stays: boolean,
): AitorError<"ask-timeout"> {
  return new AitorError({
    code: "ask-timeout",
    message: `${name} "${id}" did not reply in time`,
    expected: `a reply within ${ms} ms`,
    got: `none by then; the message ${stays ? "stays, since it was told before, others wait for its reply, or the journal fails" : "was withdrawn"}`,
    fix: stays
      ? "ask again under its id, which gives the reply when there is one"
      : "give it a longer deadline, or use tell and look at the result later; sent again under its id it stays withdrawn",
    data: { key: { name, id }, run, deadlineMs: ms },
  });
}

export function notDeadLetterError(run: string, state: string | undefined): AitorError<"not-a-dead-letter"> {
  return new AitorError({
    code: "not-a-dead-letter",
    message: `"${run}" is no dead letter`,
    expected: "the run of a message that was set aside, or that failed and had nobody to tell",
    got: state === undefined ? "no message of that run" : `one that is ${state}`,
    fix: "list them: host.deadLetters(), aitor dead-letters",
    data: { run },
  });
}
