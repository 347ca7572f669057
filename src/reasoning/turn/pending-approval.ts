import type { PendingSignal } from "../../agent/index.ts";
import { APPROVAL, type ApprovalAsked } from "../memory/turn-record.ts";

/** A call that waits for a person's approval. */
export interface PendingApproval extends ApprovalAsked {
  /** The run that waits. Together with `key`, it is the address of the answer. */
  readonly run: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Returns the approvals among the pending signals. */
export function approvalsAmong(pending: readonly PendingSignal[]): PendingApproval[] {
  return pending
    .filter(({ name, kind }) => name === APPROVAL && kind === "signal")
    .map(({ run, key, since, request }) => ({ ...(request as ApprovalAsked), run, key, since }));
}
