import { messageOf, visible } from "../base/index.ts";
import type { ReactResult, TraceStep } from "../reasoning/index.ts";
import type { AgentEvent } from "./agent-event.ts";
import { endingLines } from "./chat-ending.ts";
import { ChatProgress } from "./chat-progress.ts";
import type { ChatQuestion } from "./chat-question.ts";
import type { ChatView } from "./chat-view.ts";
import type { CommandOutput } from "./command-output.ts";
import { printableText, safeText } from "./safe-text.ts";
import { quoted } from "./shell-text.ts";
import { shortId } from "./short-id.ts";
import type { Format } from "./style.ts";

/** Any time will do: it is set again. Milliseconds. */
const LONG = 86_400_000;

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
  #hold: NodeJS.Timeout | undefined;

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
      if (this.#progress.tells(event.tool)) this.#tell(`▸ ${this.#progress.open.at(-1)?.text ?? visible(event.tool)}`);
    }
    this.#lines(items);
  }

  past(trace: readonly TraceStep[]): void {
    this.#lines(this.#progress.past(trace));
  }

  async ended(result: ReactResult<unknown>): Promise<void> {
    const { status, answer, partial } = result;
    const text = typeof answer === "string" ? answer : JSON.stringify(answer);
    if (status === "answered") await this.#output.result(`${printableText(text)}\n`);
    else if (partial !== undefined) this.#tell(safeText(partial), "dim");
    for (const line of endingLines(result, this.#now() - this.#since, this.#output.style)) this.#tell(line);
  }

  failed(error: unknown): void {
    this.#tell(`✖ ${safeText(messageOf(error))}`);
  }

  note(text: string, format?: Format): void {
    this.#tell(safeText(text), format);
  }

  /** Nobody is there to be asked: it is said how it can be answered from elsewhere. */
  ask(question: ChatQuestion | undefined): void {
    clearInterval(this.#hold);
    if (question === undefined) return;
    // The answer comes through the journal: nothing else keeps the process.
    this.#hold = setInterval(() => {}, LONG);
    const { run, key, lines, elsewhere } = question;
    this.#tell(`? ${lines.join("\n")}`);
    const address = `aitor answer ${quoted(shortId(run))} ${quoted(key)}${this.#option}`;
    for (const answer of elsewhere) this.#tell(visible(`    ${address} ${answer}`));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#hold);
  }

  #lines(items: ReturnType<ChatProgress["apply"]>): void {
    for (const item of items) {
      if (item.type !== "line") continue;
      const { text, mark } = item;
      this.#tell(mark === undefined ? text : `${this.#output.style(mark[1], mark[0])} ${text}`);
    }
  }

  #tell(text: string, format?: Format): void {
    const lines = text.split("\n").map((line) => (format === undefined ? line : this.#output.style(format, line)));
    this.#output.tell(`${lines.join("\n")}\n`);
  }
}
