import { AitorError, type MessageKey } from "../../base/index.ts";
import { mailboxName } from "../record/mailbox-name.ts";

/**
 * Who waits for whom: a key whose run asks another key waits until that one has handled all before the message, and the
 * message. Waits that form a cycle would never end, so the one that would close it is refused.
 */
export class AskGraph {
  /** By who waits: for whom, and how often. */
  readonly #waits = new Map<string, Map<string, Edge>>();

  /**
   * @returns Ends the wait.
   * @throws AitorError `ask-cycle`, which names the chain.
   */
  wait(from: MessageKey, to: MessageKey): () => void {
    const [waiting, awaited] = [mailboxName(from), mailboxName(to)];
    const back = this.#path(awaited, waiting, new Set());
    if (back !== undefined) throw cycleError([from, to, ...back]);
    const edges = this.#waits.get(waiting) ?? new Map<string, Edge>();
    this.#waits.set(waiting, edges);
    const edge = edges.get(awaited) ?? { key: to, count: 0 };
    edge.count++;
    edges.set(awaited, edge);
    return () => {
      if (--edge.count > 0) return;
      edges.delete(awaited);
      if (edges.size === 0) this.#waits.delete(waiting);
    };
  }

  /** The keys on the way from one to another, without the first. */
  #path(at: string, end: string, seen: Set<string>): MessageKey[] | undefined {
    if (at === end) return [];
    if (seen.has(at)) return undefined;
    seen.add(at);
    for (const [next, { key }] of this.#waits.get(at) ?? []) {
      const rest = this.#path(next, end, seen);
      if (rest !== undefined) return [key, ...rest];
    }
    return undefined;
  }
}

interface Edge {
  readonly key: MessageKey;
  count: number;
}

/** @param chain Ends where it began. */
function cycleError(chain: readonly MessageKey[]): AitorError<"ask-cycle"> {
  const text = chain.map(({ name, id }) => `${name} "${id}"`).join(" → ");
  return new AitorError({
    code: "ask-cycle",
    message: `${text} would wait for each other for ever`,
    expected: "an agent that does not wait, over others or at once, for the one that asks it",
    got: `a cycle of asks: ${text}`,
    fix: "use tell in one of them, which waits for nothing but a place in a full mailbox, or give the asked agent in the message what it needs to know",
    retryable: false,
    data: { chain },
  });
}
