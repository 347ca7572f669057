import { AitorError } from "../../base/index.ts";

export function lateError(): AitorError<"ask-timeout"> {
  return new AitorError({
    code: "ask-timeout",
    message: `there was no reply in time`,
    expected: "a reply within --deadline",
    got: "none by then; the message was taken back, unless it was told before",
    fix: "give it a longer --deadline, or use aitor tell and look at it later: aitor show",
  });
}

export function leftError(name: string, id: string, messageId: string, named: string): AitorError<"agent-unknown"> {
  return new AitorError({
    code: "agent-unknown",
    message: `the process that held the journal has ended, and left the message to ${name} "${id}" on record`,
    expected: "a process that has the agent, or the module that defines it",
    got: `no process, and "${named}", which is no module`,
    fix: `start that process again, and ask for the reply with --message-id ${messageId}; or name the module, too`,
  });
}

export function noCodeError(named: string): AitorError<"agent-unknown"> {
  return new AitorError({
    code: "agent-unknown",
    message: `no process that has agent "${named}" holds the journal, and its code is not named`,
    expected: "the module that defines the agent, or a process that handles its messages",
    got: `"${named}", which is no module`,
    fix: "name the module: aitor ask <file.ts[#export]> <id> <message>; or record the message for later: aitor tell",
  });
}
