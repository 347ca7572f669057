import { isAitorError, type StepContext } from "../../base/index.ts";
import { type AssistantMessage, isModelError, type ModelReply } from "../../llm/index.ts";
import type { Reading } from "../dialect/dialect.ts";
import type { SolvingContext } from "./solving-context.ts";
import type { ThinkRecord } from "../memory/turn-record.ts";

/** What a model's reply leaves on record, under this id. */
export function recordOf(reply: ModelReply, reading: Reading, id: string): ThinkRecord {
  const { model, finishReason, promptHash, usage, cost, estimated, repairs, warnings, rejected } = reply;
  const { message, fault, thinks, object, raw } = reading;
  return {
    message: { ...message, id },
    ...(raw !== undefined && { raw }),
    model,
    finishReason,
    promptHash,
    usage,
    ...(cost !== undefined && { cost }),
    ...(estimated === true && { estimated: true }),
    ...(repairs.length > 0 && { repairs }),
    ...(warnings.length > 0 && { warnings }),
    ...(rejected && { rejected }),
    ...("object" in reading && { object }),
    ...(thinks === true && { thinks: true }),
    ...(fault !== undefined && { fault }),
  };
}

/** An answer that was not what was asked for, after all rounds of repair, is a fault like others. */
export function unusableRecord(
  error: unknown,
  { key }: StepContext,
  { choice, ctx }: SolvingContext,
): ThinkRecord | undefined {
  if (!isAitorError(error, "output-invalid") || !isModelError(error)) return undefined;
  const { partial, rejected, usage, cost, calls } = error.data;
  const last = calls.at(-1);
  const message: AssistantMessage = { v: 1, role: "assistant", parts: [], ...partial, id: `${ctx.runId}/${key}` };
  return {
    message,
    model: last?.model ?? choice.model ?? "",
    finishReason: last?.finishReason ?? "other",
    promptHash: last?.promptHash ?? "",
    usage,
    ...(cost !== undefined && { cost }),
    ...(rejected && { rejected }),
    fault: `Your answer is not what was asked for: ${error.expected ?? error.message}`,
  };
}
