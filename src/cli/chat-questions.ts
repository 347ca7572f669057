import type { ReactAgent, ReactEvent } from "../reasoning/index.ts";
import { ApprovalQuestion, type ChatQuestion, DoubtQuestion, SignalQuestion } from "./chat-question.ts";

/** What the run under way waits for, in the order in which it came. */
export class ChatQuestions {
  readonly #agent: ReactAgent;
  readonly #open = new Map<string, ChatQuestion>();
  readonly #changed: (current: ChatQuestion | undefined) => void;
  #current: ChatQuestion | undefined;

  /** @param changed Told what is to be answered now. */
  constructor(agent: ReactAgent, changed: (current: ChatQuestion | undefined) => void) {
    this.#agent = agent;
    this.#changed = changed;
  }

  get current(): ChatQuestion | undefined {
    return this.#current;
  }

  apply(event: ReactEvent, run: string): void {
    if (event.type === "approval-requested") {
      const { key, request } = event;
      this.#add(new ApprovalQuestion({ ...request, run, key, since: Date.now() }, this.#agent));
    } else if (event.type === "approval-answered") this.#remove(event.call);
    else if (event.type === "run-finished") this.clear();
  }

  /** Asks what the agent waits for, also from before. */
  async look(run: string): Promise<void> {
    const approvals = await this.#agent.approvals();
    for (const approval of approvals) if (approval.run === run) this.#add(new ApprovalQuestion(approval, this.#agent));
    const pending = await this.#agent.pending();
    for (const signal of pending) {
      if (signal.run !== run || approvals.some(({ key }) => key === signal.key)) continue;
      this.#add(
        signal.kind === "step" ? new DoubtQuestion(signal, this.#agent) : new SignalQuestion(signal, this.#agent),
      );
    }
    // What was answered by somebody else is asked no more; of a run that is not at rest nothing is listed.
    const waits = new Set(pending.filter((signal) => signal.run === run).map(({ key }) => key));
    if (waits.size > 0) for (const key of this.#open.keys()) if (!waits.has(key)) this.#open.delete(key);
    this.#next();
  }

  /** @returns What to say of it, and whether it was an answer. */
  async take(line: string): Promise<{ readonly said: string; readonly isAnswer: boolean }> {
    const question = this.#current;
    if (question === undefined) return { said: "", isAnswer: false };
    const said = await question.take(line);
    if (said !== undefined) return { said, isAnswer: false };
    this.#open.delete(question.key);
    this.#next();
    return { said: question.answer, isAnswer: true };
  }

  clear(): void {
    this.#open.clear();
    this.#next();
  }

  #add(question: ChatQuestion): void {
    if (this.#open.has(question.key)) return;
    this.#open.set(question.key, question);
    this.#next();
  }

  /** @param call The id of a call, with which the key of its approval ends. */
  #remove(call: string): void {
    for (const key of this.#open.keys()) if (key.endsWith(`[${call}]`)) this.#open.delete(key);
    this.#next();
  }

  #next(): void {
    const [first] = this.#open.values();
    if (first === this.#current) return;
    this.#current = first;
    this.#changed(first);
  }
}
