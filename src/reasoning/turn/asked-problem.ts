import type { AgentContext } from "../../agent/index.ts";
import { invalidOption, validate } from "../../base/index.ts";
import { memoryNotFollowedError, solvedTwiceError } from "../result/errors.ts";
import { ReactMemory } from "../memory/react-memory.ts";
import type { ReactTask } from "../memory/react-message.ts";
import { ASKED } from "../memory/turn-record.ts";
import { messageSchema } from "./message-schema.ts";
import type { AnyMemory } from "./solving-context.ts";

type Context = AgentContext<AnyMemory>;

/** Handlers in which a problem was begun. */
const begun = new WeakSet<Context>();

/**
 * Makes sure that the memory of a handler of the user's own records what is asked. If the message does not say it, a step does.
 *
 * @throws AitorError (rejects with) `memory-not-followed` if memory is not made from what the run records, and for a second
 *   problem in a run; `invalid-value` if the problem is none; `invalid-option` if `ctx` is not a handler's context.
 */
export async function askedProblem(ctx: Context, task: ReactTask): Promise<void> {
  checkContext(ctx);
  await validate(messageSchema, task, "what is to be solved");
  if (begun.has(ctx)) throw solvedTwiceError(ctx.agent, ctx.runId);
  begun.add(ctx);
  if (isMessage(ctx, task)) return;
  await ctx.step(ASKED, () => task, { effect: "pure" });
  if (openRun(ctx) === undefined) throw memoryNotFollowedError(ctx.agent);
}

/** A branch, a turn and a scope are parts of the run. They have no memory, from which everything is shown. */
function checkContext(ctx: Context | undefined): void {
  if (ctx?.memory !== undefined) return;
  const fix =
    "give the ctx of onReceive itself, or ctx.delegate to a reasoning agent where several problems are solved side by side";
  throw invalidOption("what engine.solve works in", "the ctx that a handler is given", ctx, fix);
}

/** Whether the message is the problem's text, and nothing else is asked for. */
function isMessage(ctx: Context, { problem, ...more }: ReactTask): boolean {
  const [part, ...others] = openRun(ctx)?.problem.parts ?? [];
  const isText = part?.type === "text" && part.text === problem && others.length === 0;
  return isText && Object.values(more).every((value) => value === undefined);
}

function openRun({ memory: { value }, runId }: Context): AnyMemory["parts"]["run"] {
  if (!(value instanceof ReactMemory)) return undefined;
  const { run } = value.parts;
  return run?.id === runId ? run : undefined;
}
