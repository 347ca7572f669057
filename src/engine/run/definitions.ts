import { checkedRunnable, invalidOptionGot, type Runnable } from "../../base/index.ts";
import { type MailboxRules, mailboxRules } from "./mailbox-rules.ts";
import { definitionUnknownError } from "../record/run-errors.ts";

interface Known {
  readonly definition: Runnable;
  readonly mailbox: MailboxRules;
}

/** What an engine can go on with by itself, by name. */
export class Definitions {
  readonly #byName = new Map<string, Known>();

  /** @throws AitorError `invalid-option` where two have one name. */
  constructor(definitions: readonly Runnable<never, unknown>[]) {
    for (const definition of definitions) this.add(definition);
  }

  /** @returns Whether it is new. @throws AitorError `invalid-option` where another one has its name. */
  add(definition: Runnable<never, unknown>): boolean {
    const { name } = checkedRunnable(definition, "definitions of an engine");
    const known = this.#byName.get(name);
    if (known?.definition === definition) return false;
    if (known !== undefined) {
      throw invalidOptionGot("definitions of an engine", "one definition of each name", `two named "${name}"`);
    }
    this.#byName.set(name, { definition: definition as Runnable, mailbox: mailboxRules(definition.mailbox, name) });
    return true;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** @throws AitorError `definition-unknown`. */
  get(name: string): Runnable {
    return this.#known(name).definition;
  }

  /** @throws AitorError `definition-unknown`. */
  mailboxOf(name: string): MailboxRules {
    return this.#known(name).mailbox;
  }

  #known(name: string): Known {
    const found = this.#byName.get(name);
    if (found === undefined) throw definitionUnknownError(name, [...this.#byName.keys()]);
    return found;
  }
}
