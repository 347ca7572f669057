import { hashJson } from "../../base/index.ts";
import type { Access } from "./access.ts";

/** What a person is asked. */
export interface ApprovalRequest {
  readonly tool: string;
  readonly description: string;
  readonly access: readonly Access[];
  /** Exactly what the tool would be called with, before its schema fills in or converts anything. */
  readonly args: unknown;
  readonly tenant?: string;
  readonly reason: string;
}

/** What an approval is bound to. */
export interface ApprovalSubject {
  readonly tool: string;
  readonly args: unknown;
  readonly tenant?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** The run's id. */
  readonly run: string;
  /** The call's id. */
  readonly call: string;
}

/** That a person has said yes. It stands in the context of a call, where no model can put it. */
export interface Approval {
  /** Of what was approved: {@link approvalHash}. */
  readonly hash: string;
  /** Milliseconds since 1970; it counts for calls before that. */
  readonly expires: number;
}

/**
 * The identity of what is approved: 128 bits in hex of tool, canonical arguments, tenant, expiry, run and call. An approval
 * of one call is none of another one, and since the step of a call runs once, it is used once.
 */
export function approvalHash({ tool, args, tenant, expires, run, call }: ApprovalSubject): string {
  return hashJson(["approval", 1, tool, args ?? null, tenant ?? null, expires, run, call]);
}

/** Whether the approval is of this call, and has not expired. */
export function approves(
  approval: Approval | undefined,
  subject: Omit<ApprovalSubject, "expires">,
  now: number,
): boolean {
  if (approval === undefined || !(approval.expires > now)) return false;
  return approval.hash === approvalHash({ ...subject, expires: approval.expires });
}
