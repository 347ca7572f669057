import { messageOf } from "../../base/index.ts";
import type { ReactResult, TraceStep } from "../../reasoning/index.ts";
import type { AgentEvent } from "../text/agent-event.ts";
import { endingLines } from "../watch/chat-ending.ts";
import { callText } from "../text/chat-lines.ts";
import { type ChatItem, ChatProgress } from "../text/chat-progress.ts";
import type { ChatQuestion } from "./chat-question.ts";
import type { ChatView } from "./chat-view.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { markedText } from "../text/marked-text.ts";
import { ProcessHold } from "../terminal/process-hold.ts";
import { printableText, safeText } from "../terminal/safe-text.ts";
import type { Format } from "../terminal/style.ts";
import { answerLine } from "../text/wait-text.ts";

/** A conversation where nobody sits at a terminal: answers go to stdout, what is done for them to stderr, in whole lines. */
export class PlainChat implements ChatView, Disposable {
  readonly #output: CommandOutput;
  readonly #progress: ChatProgress;
  readonly #now: () => number;
  /** What a command line for the journal must say, with a space before it. */
  readonly #option: string;
  /** What the model said in this turn; an answer, unless it calls tools. */
  #thought = "";
  #since: number;
  readonly #process = new ProcessHold();

  constructor(output: CommandOutput, option: string, now: () => number, plans: boolean) {
    this.#output = output;
    this.#option = option;
    this.#now = now;
    this.#since = now();
    this.#progress = new ChatProgress(now, plans);
  }

  said(text: string): void {
    this.#since = this.#now();
    this.#tell(`› ${safeText(text)}`, "dim");
  }

  event(event: AgentEvent): void {
    const items = this.#progress.apply(event);
    if (event.type === "think-finished") this.#thought = event.text;
    if (event.type === "tool-called") {
      if (this.#thought !== "") this.#tell(safeText(this.#thought), "dim");
      this.#thought = "";
      if (this.#progress.tells(event.tool)) this.#tell(`▸ ${callText(event.tool, event.input)}`);
    }
    this.#lines(items);
  }

  past(trace: readonly TraceStep[]): void {
    this.#lines(this.#progress.past(trace));
  }

  /** It is asked, and nothing moves here. */
  waits(): void {}

  async ended(result: ReactResult<unknown>): Promise<void> {
    const { status, answer, partial } = result;
    const text = typeof answer === "string" ? answer : JSON.stringify(answer);
    if (status === "answered") await this.#output.result(`${printableText(text)}\n`);
    else if (partial !== undefined) this.#tell(safeText(partial), "dim");
    const elapsedMs = this.#now() - this.#since;
    for (const line of endingLines(result, elapsedMs, this.#output.style, this.#option)) this.#tell(line);
  }

  failed(error: unknown): void {
    this.#tell(`✖ ${safeText(messageOf(error))}`);
  }

  note(text: string, format?: Format): void {
    this.#tell(safeText(text), format);
  }

  /** Nobody is there to be asked: it is said how it can be answered from elsewhere. */
  ask(question: ChatQuestion | undefined): void {
    if (question === undefined) return this.#process.release();
    this.#process.hold();
    const { run, key, lines, elsewhere } = question;
    this.#tell(`? ${lines.join("\n")}`);
    for (const answer of elsewhere) this.#tell(`    ${answerLine({ run, key, option: this.#option }, answer)}`);
  }

  [Symbol.dispose](): void {
    this.#process.release();
  }

  #lines(items: readonly ChatItem[]): void {
    for (const item of items) if (item.type === "line") this.#tell(markedText(item, this.#output.style));
  }

  #tell(text: string, format?: Format): void {
    const lines = text.split("\n").map((line) => (format === undefined ? line : this.#output.style(format, line)));
    this.#output.tell(`${lines.join("\n")}\n`);
  }
}
