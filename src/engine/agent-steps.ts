import {
  type AskStepOptions,
  type Duration,
  type MessageKey,
  nonEmpty,
  type StepContext,
  type StepName,
  type TellStepOptions,
} from "../base/index.ts";
import { resultUnlessHalted } from "./awaited-run.ts";
import type { Leave, RunContext } from "./run-context.ts";
import type { InnerStepOptions, StepFunction } from "./step-owner.ts";
import { TimeLeft } from "./time-left.ts";

interface Steps {
  readonly run: RunContext;
  step<Out>(name: StepName, fn: StepFunction<Out>, options?: InnerStepOptions): Promise<Awaited<Out>>;
}

/**
 * A message to an agent and its reply as a step. The message's id is the step's, so that a resumed run asks with the same
 * message. Cut off, it is withdrawn; only where this run is halted, which leaves both to be resumed, it is left alone. An
 * agent that stands still halts this run.
 */
export function askAgent(
  scope: Steps,
  to: MessageKey,
  message: unknown,
  { key, deadline }: AskStepOptions = {},
): Promise<unknown> {
  const { run } = scope;
  const options = { input: message, asks: true, ...(deadline !== undefined && { timeout: deadline }) };
  return scope.step(stepName("ask", to, key), (step) => replyOf(run, step, to, message, deadline), options);
}

export function tellAgent(
  scope: Steps,
  to: MessageKey,
  message: unknown,
  { key, delay }: TellStepOptions = {},
): Promise<string> {
  const { run } = scope;
  const send = async (step: StepContext): Promise<string> => {
    const options = { id: step.idempotencyKey, ...(delay !== undefined && { delay }) };
    const again = run.recovered?.steps.has(step.key) === true;
    const onWait = (leave: Leave): void => {
      run.yieldPlace();
      // Cut off, it is not sent.
      step.defer(() => leave(step.abortSignal.reason as Error));
    };
    return (await run.mail.send(to, message, options, { from: run.holder, again, onWait })).id;
  };
  return scope.step(stepName("tell", to, key), send, { input: message });
}

async function replyOf(
  run: RunContext,
  step: StepContext,
  to: MessageKey,
  message: unknown,
  deadline: Duration | undefined,
): Promise<unknown> {
  const { abortSignal, key } = step;
  const wait = { key };
  const time = new TimeLeft(run, key, deadline);
  const isOnRecord = run.recovered?.openCalls.askedFor(key) === true;
  run.yieldPlace();
  const asked = run.mail.ask(to, message, {
    id: step.idempotencyKey,
    from: run.holder,
    again: isOnRecord,
    // While it waits for something from outside, so does this step.
    onRest: (resting) => {
      if (!resting || abortSignal.aborted) run.waits.delete(wait);
      else run.waits.add(wait);
    },
    onLooked: time.begins,
  });
  step.defer(async () => {
    run.waits.delete(wait);
    time.end();
    const reason: unknown = time.over ?? abortSignal.reason;
    if (reason === undefined || run.halted) return;
    await asked.withdraw(reason);
    // It may not have been asked again by then.
    if (isOnRecord) await run.endCall("message", step.idempotencyKey, reason);
  });
  return resultUnlessHalted(run, asked, time.within(asked.reply));
}

function stepName(verb: "ask" | "tell", { name, id }: MessageKey, key: string | undefined): StepName {
  nonEmpty(id, `the id of the agent to ${verb}`);
  const own = key === undefined ? "" : ` ${nonEmpty(key, `the key of a message to ${verb}`)}`;
  return { name: `${verb} ${nonEmpty(name, `the name of the agent to ${verb}`)}`, key: id + own };
}
