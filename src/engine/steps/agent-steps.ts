import {
  type AskStepOptions,
  type MessageKey,
  milliseconds,
  nonEmpty,
  type StepContext,
  type StepName,
  type TellStepOptions,
} from "../../base/index.ts";
import { AwaitedRun } from "./awaited-run.ts";
import { onlyNamed } from "./checked-step-options.ts";
import { idempotencyKeyOf } from "../record/idempotency-key.ts";
import { messageRun } from "../record/mailbox-name.ts";
import { ReplyTime } from "./reply-time.ts";
import type { Leave, RunContext } from "./run-context.ts";
import type { StepScope } from "./step-owner.ts";

const ASK = ["key", "deadline"] as const satisfies readonly (keyof AskStepOptions)[];
const TELL = ["key", "delay"] as const satisfies readonly (keyof TellStepOptions)[];

/**
 * A message to an agent and its reply as a step. The message's id is the step's, so that a resumed run asks with the same
 * message. Cut off, it is withdrawn.
 */
export function askAgent(
  scope: StepScope,
  to: MessageKey,
  message: unknown,
  given: AskStepOptions = {},
): Promise<unknown> {
  const { run } = scope;
  onlyNamed(given, ASK, "an option of an ask");
  const { key, deadline } = given;
  const timeout = deadline === undefined ? undefined : milliseconds(deadline, "the deadline of an ask");
  const calledRun = (step: string): string => messageRun(to, idempotencyKeyOf(run.id, step), 1);
  const options = { input: message, asks: true, calledRun, ...(timeout !== undefined && { timeout }) };
  return scope.step(stepName("ask", to, key), (step) => replyOf(run, step, to, message, timeout), options);
}

export function tellAgent(
  scope: StepScope,
  to: MessageKey,
  message: unknown,
  given: TellStepOptions = {},
): Promise<string> {
  const { run } = scope;
  onlyNamed(given, TELL, "an option of a tell");
  const { key } = given;
  const delay = given.delay === undefined ? undefined : milliseconds(given.delay, "the delay of a tell");
  const send = async (step: StepContext): Promise<string> => {
    const options = { id: step.idempotencyKey, ...(delay !== undefined && { delay }) };
    const again = run.recovered?.steps.has(step.key) === true;
    const onWait = (leave: Leave): void => {
      run.yieldPlace();
      // Cut off, it is not sent.
      step.defer(() => leave(step.abortSignal.reason as Error));
    };
    return (await run.mail.send(to, message, options, { from: run.holder, sender: run.id, again, onWait })).id;
  };
  return scope.step(stepName("tell", to, key), send, { input: message });
}

async function replyOf(
  run: RunContext,
  step: StepContext,
  to: MessageKey,
  message: unknown,
  timeout: number | undefined,
): Promise<unknown> {
  const awaited = new AwaitedRun(run, step);
  const time = new ReplyTime(run, step, timeout);
  const isOnRecord = run.recovered?.openCalls.askedFor(step.key) === true;
  run.yieldPlace();
  const asked = run.mail.ask(to, message, {
    id: step.idempotencyKey,
    from: run.holder,
    sender: run.id,
    replyBy: time.until,
    again: isOnRecord,
    onRest: (resting) => awaited.rest(resting),
    onLooked: time.begins,
  });
  asked.run.then(
    () => run.recovered?.openCalls.found(step.key),
    () => {},
  );
  const end = async (reason: unknown): Promise<void> => {
    await asked.withdraw(reason);
    // It may not have been asked again by then.
    if (isOnRecord) await run.endCall("message", step.idempotencyKey, reason);
  };
  awaited.endsWith(end, () => time.over);
  return awaited.result(asked, time.within(asked.reply));
}

function stepName(verb: "ask" | "tell", { name, id }: MessageKey, key: string | undefined): StepName {
  nonEmpty(id, `the id of the agent to ${verb}`);
  const own = key === undefined ? "" : ` ${nonEmpty(key, `the key of a message to ${verb}`)}`;
  return { name: `${verb} ${nonEmpty(name, `the name of the agent to ${verb}`)}`, key: id + own };
}
