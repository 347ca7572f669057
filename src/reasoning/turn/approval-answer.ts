import { isRecord, type Schema } from "../../base/index.ts";
import type { ToolFailure } from "../../tools/index.ts";
import type { ApprovalAsked } from "../memory/turn-record.ts";

/**
 * A person's answer about a call. `hash` is the hash of the request, so an answer applies to the very call that was shown and to
 * no other. `edit` approves the call with these arguments instead of the model's.
 */
export type ApprovalAnswer =
  | { readonly hash: string; readonly approve: true }
  | { readonly hash: string; readonly edit: unknown }
  | { readonly hash: string; readonly reject: string };

const EXPECTED = '{ hash, approve: true }, { hash, edit: { … } } or { hash, reject: "why" }';

/**
 * Returns a schema that refuses whatever is not an answer to this request.
 *
 * @param check Returns why a call with edited arguments would be refused.
 */
export function approvalSchema(
  asked: ApprovalAsked,
  check: (args: unknown) => Promise<ToolFailure | undefined>,
): Schema<unknown, ApprovalAnswer> {
  return {
    "~standard": {
      version: 1,
      vendor: "aitor",
      validate: async (value) => {
        const fault = await answerFault(value, asked, check);
        return fault === undefined ? { value: value as ApprovalAnswer } : { issues: [{ message: fault }] };
      },
    },
  };
}

async function answerFault(
  value: unknown,
  { hash }: ApprovalAsked,
  check: (args: unknown) => Promise<ToolFailure | undefined>,
): Promise<string | undefined> {
  if (!isRecord(value)) return EXPECTED;
  const ways = ["approve", "edit", "reject"].filter((way) => value[way] !== undefined);
  if (ways.length !== 1) return EXPECTED;
  if (value["hash"] !== hash) return `the hash of the call that is asked about, "${hash}"`;
  if (value["approve"] !== undefined && value["approve"] !== true) return EXPECTED;
  if (value["reject"] !== undefined && typeof value["reject"] !== "string") return EXPECTED;
  if (value["edit"] === undefined) return undefined;
  if (!isRecord(value["edit"])) return "the edited arguments, as an object";
  const failure = await check(value["edit"]);
  const issues = failure?.issues?.map(({ path, expected, got }) =>
    `${path}: ${expected}, not ${got}`.replace(/^: /, ""),
  );
  return issues === undefined ? failure?.message : `edited arguments that fit: ${issues.join("; ")}`;
}
