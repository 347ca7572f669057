import { invalidOption, type MessageKey } from "../../base/index.ts";
import { idempotencyKeyOf, mailboxName, runReport } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";

/** Something that somebody must answer before an agent continues: a signal, or whether a `once` step has happened. */
export interface PendingSignal {
  /** The run that waits. Together with `key`, it is the address of the answer. */
  readonly run: string;
  readonly key: string;
  readonly name: string;
  /** `step` stands for a step in doubt. */
  readonly kind: "signal" | "step";
  /** What the signal asks for. */
  readonly request?: unknown;
  /** For a step: why it may or may not have happened. */
  readonly why?: string;
  /**
   * For a step: the `step.idempotencyKey` that its function got, to look for on the other side. Absent in a fork, because its
   * original may have begun the step under its own key.
   */
  readonly idempotencyKey?: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Milliseconds since 1970. @default none, it waits forever */
  readonly deadline?: number;
}

/** Returns `value` where it says which signal is meant, else throws `invalid-option`. */
export function pendingAt(value: unknown): Pick<PendingSignal, "run" | "key"> {
  const { run, key } = (value ?? {}) as Partial<PendingSignal>;
  if (typeof run === "string" && typeof key === "string") return { run, key };
  throw invalidOption("what is answered", "{ run, key }, as pending() and approvals() give them", value);
}

/** A run that waits for one thing may be busy with another. */
const ASKING: ReadonlySet<string> = new Set(["running", "suspended"]);

/** What the runs of a key wait for, those below them included; without a key, of all. */
export async function pendingSignals(journal: Journal, key?: MessageKey): Promise<PendingSignal[]> {
  const pending: PendingSignal[] = [];
  const prefix = key === undefined ? "" : `${mailboxName(key)}/`;
  for await (const { stream: run, state } of journal.heads({ kind: "run", ended: false })) {
    if (!ASKING.has(state) || !run.startsWith(prefix)) continue;
    const report = await runReport(journal.read(run));
    for (const wait of report?.waits ?? []) {
      if (wait.kind === "timer") continue;
      const { name, kind, request, since, deadline, why } = wait;
      const isFork = report?.forkedFrom !== undefined;
      pending.push({
        run,
        key: wait.key,
        name,
        kind,
        since,
        ...(request !== undefined && { request }),
        ...(why !== undefined && { why }),
        ...(kind === "step" && !isFork && { idempotencyKey: idempotencyKeyOf(run, wait.key) }),
        ...(deadline !== undefined && { deadline }),
      });
    }
  }
  return pending;
}
