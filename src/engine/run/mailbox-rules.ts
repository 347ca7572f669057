import { atLeast, type MailboxOptions, oneOf, onlyOptions } from "../../base/index.ts";

/** The options of a mailbox, checked. */
export interface MailboxRules {
  readonly limit: number;
  readonly whenFull: "wait" | "reject";
  readonly whileSuspended: "wait" | "reject";
}

const DEFAULT_RULES: MailboxRules = { limit: 1_000, whenFull: "wait", whileSuspended: "wait" };

const KNOWN: ReadonlySet<string> = new Set(["limit", "whenFull", "whileSuspended"] satisfies (keyof MailboxOptions)[]);

/** @throws AitorError `invalid-option`. */
export function mailboxRules(options: MailboxOptions | undefined, name: string): MailboxRules {
  if (options === undefined) return DEFAULT_RULES;
  onlyOptions(options, KNOWN, `an option of mailbox of "${name}"`);
  const {
    limit = DEFAULT_RULES.limit,
    whenFull = DEFAULT_RULES.whenFull,
    whileSuspended = DEFAULT_RULES.whileSuspended,
  } = options;
  return {
    limit: atLeast(1, limit, `mailbox.limit of "${name}"`),
    whenFull: oneOf(["wait", "reject"], whenFull, `mailbox.whenFull of "${name}"`),
    whileSuspended: oneOf(["wait", "reject"], whileSuspended, `mailbox.whileSuspended of "${name}"`),
  };
}
