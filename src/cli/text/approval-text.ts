import { visible, typedArgument } from "../../base/index.ts";
import { messageKeyOf } from "../../engine/index.ts";
import { addressOf } from "../../planning/index.ts";
import type { PendingApproval } from "../../reasoning/index.ts";
import { callText } from "./chat-lines.ts";

/** What somebody is asked before a call is made, as it is on record. */
export type AskedApproval = Pick<PendingApproval, "args" | "hash" | "reason" | "tool">;

/** Whether that is what is asked with a signal. */
export function isApproval(request: unknown): request is AskedApproval {
  if (typeof request !== "object" || request === null || !("args" in request)) return false;
  const { tool, hash, reason } = request as Partial<AskedApproval>;
  return typeof tool === "string" && typeof hash === "string" && typeof reason === "string";
}

/** `pay(to: "Alba", amount: 90) needs your approval: it is money`. */
export function approvalText({ tool, args, reason }: Omit<AskedApproval, "hash">): string {
  return `${callText(tool, args)} needs your approval: ${visible(reason)}`;
}

/** Which sub-agent, and for what, where it is one. */
export function askedBy(run: string): string {
  const label = run.slice(run.lastIndexOf("/") + 1);
  if (messageKeyOf(run) !== undefined || !label.includes("[")) return "";
  const { agent, task } = addressOf(run);
  return `  (asked by ${visible(agent)}, for ${visible(task)})`;
}

/** What answers it, behind `aitor answer <run> <key>`: yes, yes with other arguments, no. */
export function approvalAnswers({ hash, args }: Pick<AskedApproval, "args" | "hash">): string[] {
  const answers = [{ approve: true }, { edit: args }, { reject: "why" }];
  return answers.map((answer) => `--value ${typedArgument(JSON.stringify({ hash, ...answer }))}`);
}
