import { type Message, messageTokens, systemMessage, userMessage } from "../../llm/index.ts";
import type { Dialect } from "./dialect.ts";
import type { MemoryParts } from "../memory/memory-parts.ts";
import type { ReactMemory } from "../memory/react-memory.ts";
import type { ContextPruned } from "../memory/recorded-event.ts";

/** How much of the most is left when the oldest messages are left out. Then the beginning stays the same for a while. */
const LEFT = 0.7;

type Parts = MemoryParts<unknown, unknown>;

/**
 * What a model is shown of a memory: one array that is appended to. It is made anew only if its beginning has changed (the
 * instructions, the context, a summary, what is left out). So a turn costs what is new in it.
 *
 * The array begins with the system prompt, a summary, and the latest problem, which is never left out.
 */
export class PromptView {
  #messages: Message[] = [];
  #system = "";
  #dialect: Dialect | undefined;
  #summary: unknown;
  #from = -1;
  #end = 0;
  #last: Message | undefined;
  #tokens = 0;
  #systemTokens = 0;
  #count: ((message: Message) => number) | undefined;

  /** The estimated tokens of what it showed last. 0 if tokens are not counted. */
  get tokens(): number {
    return this.#tokens;
  }

  /** How many of them are the system prompt's. */
  get systemTokens(): number {
    return this.#systemTokens;
  }

  /** From now on tokens are counted. */
  async countTokens(): Promise<void> {
    if (this.#count !== undefined) return;
    this.#count = await messageTokens();
    this.#from = -1;
  }

  /** Returns the messages. The array is the same as long as messages were only added. */
  show(memory: ReactMemory<unknown, unknown>, system: string, dialect: Dialect): readonly Message[] {
    const { parts } = memory;
    const { messages, summary } = parts;
    const from = Math.max(parts.shownFrom, messages.dropped);
    const isSame =
      from === this.#from &&
      system === this.#system &&
      dialect === this.#dialect &&
      summary === this.#summary &&
      messages.total >= this.#end &&
      (this.#end === 0 || messages.nth(this.#end - 1) === this.#last);
    if (!isSame) this.#begin(parts, system, dialect, from);
    for (let place = this.#end; place < messages.total; place++) this.#push(messages.nth(place) as Message);
    this.#end = messages.total;
    this.#last = messages.at(-1);
    return this.#messages;
  }

  /**
   * Returns where to cut so that no more than so many tokens are shown; `undefined` if they fit, or if nothing can be left out
   * but the problem, which is shown anyway. A call is never parted from its results, and the last exchange stays.
   *
   * @param tokens The tokens of what is shown now.
   */
  cut({ messages, run }: Parts, most: number, tokens: number = this.#tokens): ContextPruned | undefined {
    const count = this.#count;
    if (count === undefined || tokens <= most) return undefined;
    let left = tokens;
    let from = this.#from;
    const last = lastExchange(messages, run?.asked ?? -1);
    while (from < last && left > most * LEFT) {
      do {
        const message = messages.nth(from);
        if (message !== undefined && from !== run?.asked) left -= count(message);
        from++;
      } while (from < last && messages.nth(from)?.role === "tool");
    }
    return left < tokens ? { from } : undefined;
  }

  #begin(parts: Parts, system: string, dialect: Dialect, from: number): void {
    const { messages, summary, run } = parts;
    this.#messages = [];
    this.#tokens = 0;
    this.#system = system;
    this.#dialect = dialect;
    this.#summary = summary;
    this.#from = from;
    if (system !== "") this.#push(systemMessage(system, "system"));
    this.#systemTokens = this.#tokens;
    if (summary !== undefined) {
      const text = `<summary of="the conversation so far">\n${summary.text}\n</summary>`;
      this.#push(userMessage(text, `${summary.run}/summary ${summary.to}`));
    }
    const asked = run === undefined || run.asked >= from ? undefined : run.problem;
    if (asked !== undefined) this.#push(asked);
    this.#end = from;
    while (this.#end < messages.total && messages.nth(this.#end)?.role === "tool") this.#end++;
  }

  #push(message: Message): void {
    this.#messages.push((this.#dialect as Dialect).shown(message));
    if (this.#count !== undefined) this.#tokens += this.#count(message);
  }
}

/**
 * The place of the last reply to what was asked, with whose results the model has to go on, whatever it was told behind them; or of
 * the last message of all.
 */
function lastExchange(messages: Parts["messages"], asked: number): number {
  for (let place = messages.total - 1; place > asked && place >= messages.dropped; place--) {
    if (messages.nth(place)?.role === "assistant") return place;
  }
  for (let place = messages.total - 1; place >= messages.dropped; place--) {
    if (messages.nth(place)?.role !== "tool") return place;
  }
  return messages.dropped;
}
