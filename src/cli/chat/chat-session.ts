import type { AitorHost } from "../../agent/index.ts";
import { isAitorError, rebuildError } from "../../base/index.ts";
import { type EngineEvent, endsRun, mailboxName, type RunOrigin } from "../../engine/index.ts";
import { NO_USAGE, type UsageTotals } from "../../llm/index.ts";
import { type ReactResult, type ReactStream, taskOf } from "../../reasoning/index.ts";
import type { AgentEvent } from "../text/agent-event.ts";
import type { ChatQuestion } from "./chat-question.ts";
import { ChatQuestions } from "./chat-questions.ts";
import type { ChatView } from "./chat-view.ts";
import type { AnyReactAgent } from "../watch/hosted-agent.ts";

/** What is done one after the other: a message, or a run that is on record and goes on. */
type Turn = { readonly text: string } | { readonly run: string };

/** The conversation with one agent: one answer at a time, and what is said meanwhile comes after it. */
export class ChatSession {
  readonly agent: AnyReactAgent;
  readonly questions: ChatQuestions;
  readonly #host: AitorHost;
  readonly #origin: RunOrigin;
  readonly #view: ChatView;
  readonly #turns: Turn[] = [];
  #work: Promise<void> | undefined;
  #stream: ReactStream<unknown, AgentEvent> | undefined;
  #isCancelling = false;
  #cancelledFor: unknown;
  #left = false;
  /** Said into the answer under way, and not read yet. */
  #unread: string[] = [];
  /** Messages that were answered, and those that were not. */
  readonly counts: { answered: number; failed: number } = { answered: 0, failed: 0 };
  /** What the last answer came to. */
  last: ReactResult<unknown> | undefined;

  constructor(
    place: { readonly agent: AnyReactAgent; readonly host: AitorHost; readonly origin: RunOrigin },
    view: ChatView,
  ) {
    this.agent = place.agent;
    this.#host = place.host;
    this.#origin = place.origin;
    this.#view = view;
    this.questions = new ChatQuestions(place.agent, (current) => this.#ask(current));
  }

  /** Something is under way. */
  get busy(): boolean {
    return this.#work !== undefined;
  }

  /** It is being stopped. */
  get cancelling(): boolean {
    return this.#isCancelling;
  }

  /** Messages that wait for the answer before them. */
  get queued(): readonly string[] {
    return this.#turns.flatMap((turn) => ("text" in turn ? [turn.text] : []));
  }

  /** Watches runs that go on by themselves, one after the other. */
  attach(runs: readonly string[]): void {
    for (const run of runs) this.#add({ run });
  }

  /** Says something: into the answer under way, which reads it at its next turn, or else after it. */
  async say(text: string): Promise<void> {
    if (await this.#steered(text)) return;
    this.#add({ text });
  }

  /** Resolves when nothing is under way and nothing waits. */
  async idle(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  /** What this conversation used, on record: sub-agents that were cut off with an answer included. */
  async usage(): Promise<UsageTotals> {
    const { name, id } = this.agent;
    const entries = await this.#host.usage();
    return entries.find((entry) => entry.name === name && entry.id === id)?.usage ?? NO_USAGE;
  }

  /** Stops the answer under way, and takes back what was queued behind it. */
  async cancel(reason: unknown): Promise<void> {
    this.#turns.length = 0;
    this.#isCancelling = true;
    this.#cancelledFor = reason;
    await this.#stream?.cancel(reason);
  }

  /** What is under way is left to whoever goes on with it. */
  leave(): void {
    this.#left = true;
    this.#turns.length = 0;
  }

  async #steered(text: string): Promise<boolean> {
    const run = this.#stream?.id;
    if (run === undefined || this.#isCancelling) return false;
    try {
      await this.agent.steer(text, { run });
      return true;
    } catch (error) {
      // It has come to its end, or not yet to its beginning.
      if (isAitorError(error, "not-under-way") || isAitorError(error, "run-unknown")) return false;
      throw error;
    }
  }

  #add(turn: Turn): void {
    this.#turns.push(turn);
    this.#work ??= this.#all().finally(() => (this.#work = undefined));
  }

  async #all(): Promise<void> {
    for (;;) {
      const turn = this.#turns.shift();
      if (turn === undefined) return;
      this.#isCancelling = false;
      try {
        await this.#watch(await this.#open(turn), "text" in turn);
      } catch (error) {
        if (this.#left) return;
        this.counts.failed++;
        this.#view.failed(error);
      } finally {
        this.#stream = undefined;
        this.#isCancelling = false;
        this.questions.clear();
      }
    }
  }

  async #open(turn: Turn): Promise<ReactStream<unknown, AgentEvent>> {
    if ("text" in turn) {
      this.#view.said(turn.text);
      return this.agent.stream(turn.text, { origin: this.#origin });
    }
    for await (const { type, data } of this.#host.runs.events(turn.run)) {
      const task = type === "message-received" ? taskOf((data as { readonly message?: unknown }).message) : undefined;
      if (task !== undefined) this.#view.said(problemText(task.problem));
      break;
    }
    return this.agent.follow(turn.run);
  }

  async #watch(stream: ReactStream<unknown, AgentEvent>, isNew: boolean): Promise<void> {
    this.#stream = stream;
    const halted = Promise.withResolvers<never>();
    const stop = this.#host.observeRuns((event: EngineEvent) => {
      if (event.run === stream.id && event.type === "run-halted") halted.reject(rebuildError(event.data.error));
      else if (this.#isBefore(event.run)) this.#heard(event).catch(halted.reject);
    });
    halted.promise.catch(() => {});
    stream.result.catch(() => {});
    try {
      if (this.#isCancelling) await stream.cancel(this.#cancelledFor);
      if (isNew) await this.questions.look();
      await Promise.race([this.#show(stream), halted.promise]);
      const result = await stream.result;
      this.last = result;
      if (result.status === "answered") this.counts.answered++;
      else this.counts.failed++;
      await this.#view.ended(result);
      // What came when the answer was written already is said again.
      if (!this.#isCancelling) this.#turns.unshift(...this.#unread.map((text) => ({ text })));
    } finally {
      this.#unread = [];
      stop();
    }
  }

  async #show(stream: ReactStream<unknown, AgentEvent>): Promise<void> {
    let isFirst = true;
    for await (const event of stream) {
      if (isFirst && event.type === "snapshot") {
        this.#view.past(event.trace);
        await this.#look(stream.id);
      }
      isFirst = false;
      if (event.type === "message-steered") this.#unread.push(event.content);
      if (event.type === "think-started") this.#unread = [];
      this.#view.event(event);
      this.questions.apply(event, stream.id);
      // What a sub-agent waits for is asked here, too.
      const told = event.type === "agent-event" ? event.event : event;
      if (told.type === "run-suspended") await this.#look(stream.id);
    }
  }

  /** Asks what it waits for: of calls from before nothing has told that they wait. */
  async #look(watched: string): Promise<void> {
    for (const { run, key } of await this.questions.look()) if (run === watched) this.#view.waits(key);
  }

  /** Of a message that was sent from elsewhere, and is handled before the one under way. */
  #isBefore(run: string): boolean {
    const { name, id } = this.agent;
    return run.startsWith(`${mailboxName({ name, id })}/`) && !isWithin(run, this.#stream?.id);
  }

  async #heard({ type, run, key }: EngineEvent): Promise<void> {
    if (type === "run-suspended") await this.questions.look();
    else if (type === "signal-received" || type === "signal-failed") this.questions.forget(run, key);
    else if (endsRun(type)) this.questions.forget(run, "");
  }

  #ask(question: ChatQuestion | undefined): void {
    if (question !== undefined && this.#isBefore(question.run)) {
      this.#view.note("a message that was sent from elsewhere comes first, and asks", "yellow");
    }
    this.#view.ask(question);
  }
}

/** @param top The run itself, or one that it is below. */
function isWithin(run: string, top: string | undefined): boolean {
  return run === top || run.startsWith(`${top}/`);
}

function problemText(problem: string | readonly { readonly type: string; readonly text?: string }[]): string {
  if (typeof problem === "string") return problem;
  return problem.map((part) => (part.type === "text" ? part.text : `(${part.type})`)).join("\n");
}
