import type { PendingApproval } from "../../reasoning/index.ts";
import type { AgentEvent } from "../text/agent-event.ts";
import {
  ApprovalQuestion,
  type ChatAnswer,
  type ChatQuestion,
  doubtQuestion,
  signalQuestion,
} from "./chat-question.ts";
import type { AnyReactAgent } from "../watch/hosted-agent.ts";

/** What the runs of a conversation and those of their sub-agents wait for, in the order in which it came. */
export class ChatQuestions {
  readonly #agent: AnyReactAgent;
  /** By address. */
  readonly #open = new Map<string, ChatQuestion>();
  readonly #changed: (current: ChatQuestion | undefined) => void;
  #current: ChatQuestion | undefined;
  /** How often something was found not to be asked any more. */
  #forgotten = 0;

  /** @param changed Told what is to be answered now. */
  constructor(agent: AnyReactAgent, changed: (current: ChatQuestion | undefined) => void) {
    this.#agent = agent;
    this.#changed = changed;
  }

  get current(): ChatQuestion | undefined {
    return this.#current;
  }

  /** @param run In which it happened. */
  apply(event: AgentEvent, run: string): void {
    if (event.type === "agent-event") {
      if (event.event.type !== "run-finished") this.apply(event.event, event.run);
    } else if (event.type === "approval-requested") {
      const { key, request } = event;
      this.#add(new ApprovalQuestion({ ...request, run, key, since: Date.now() }, this.#agent));
    } else if (event.type === "approval-answered") {
      // With the id of its call the key of an approval ends.
      this.#forget((question) => question.run === run && question.key.endsWith(`[${event.call}]`));
    } else if (event.type === "run-finished") this.clear();
  }

  /** Asks all that the agent waits for, also from before. @returns The calls that wait for an approval. */
  async look(): Promise<readonly PendingApproval[]> {
    const forgotten = this.#forgotten;
    const pending = await this.#agent.pending();
    // Asked for after what is pending, so that no approval is among that and not among these.
    const approvals = await this.#agent.approvals();
    // What was answered meanwhile may be among them.
    if (this.#forgotten !== forgotten) return this.look();
    for (const approval of approvals) this.#add(new ApprovalQuestion(approval, this.#agent));
    const asked = new Set(approvals.map(addressOf));
    for (const signal of pending) {
      if (asked.has(addressOf(signal))) continue;
      this.#add((signal.kind === "step" ? doubtQuestion : signalQuestion)(signal, this.#agent));
    }
    // What was answered by somebody else is asked no more; of a run that is not at rest nothing is listed.
    const waits = new Set([...pending.map(addressOf), ...asked]);
    const resting = new Set(pending.map((signal) => signal.run));
    this.#forget((question) => resting.has(question.run) && !waits.has(addressOf(question)));
    return approvals;
  }

  /** Was answered by somebody else, or its run is over: then no `key` is needed. */
  forget(run: string, key: string): void {
    this.#forget((question) => question.run === run && (key === "" || question.key === key));
  }

  async take(line: string): Promise<ChatAnswer> {
    const question = this.#current;
    if (question === undefined) return { isOver: false };
    const answer = await question.take(line);
    if (answer.isOver) this.#forget((open) => open === question);
    return answer;
  }

  clear(): void {
    this.#forget(() => true);
  }

  #add(question: ChatQuestion): void {
    const address = addressOf(question);
    if (this.#open.has(address)) return;
    this.#open.set(address, question);
    this.#next();
  }

  #forget(isOver: (question: ChatQuestion) => boolean): void {
    this.#forgotten++;
    for (const [address, question] of this.#open) if (isOver(question)) this.#open.delete(address);
    this.#next();
  }

  #next(): void {
    const [first] = this.#open.values();
    if (first === this.#current) return;
    this.#current = first;
    this.#changed(first);
  }
}

function addressOf({ run, key }: { readonly run: string; readonly key: string }): string {
  return `${run} ${key}`;
}
