import { hashJson } from "../../base/index.ts";
import type { Access } from "./access.ts";

/** The question that a person gets before a call. */
export interface ApprovalRequest {
  readonly tool: string;
  readonly description: string;
  readonly access: readonly Access[];
  /** Exactly what the tool would be called with, before its schema fills in or converts anything. */
  readonly args: unknown;
  readonly tenant?: string;
  readonly reason: string;
}

/** What an approval is valid for. */
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

/** A person's approval. It is part of the context of a call, where no model can put it. */
export interface Approval {
  /** The {@link approvalHash} of what was approved. */
  readonly hash: string;
  /** Milliseconds since 1970. The approval is valid for calls before that. */
  readonly expires: number;
}

/**
 * Returns the identity of what is approved: 128 bits in hex of tool, canonical arguments, tenant, expiry, run and call. An
 * approval of one call is not valid for another one. Since the step of a call runs once, an approval is used once.
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
