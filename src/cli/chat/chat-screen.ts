import { type Clock, type Timer, visible } from "../../base/index.ts";
import type { ReactResult, TraceStep } from "../../reasoning/index.ts";
import type { AgentEvent } from "../text/agent-event.ts";
import { callLine } from "../text/call-line.ts";
import { type ChatItem, ChatProgress } from "../text/chat-progress.ts";
import type { ChatQuestion } from "./chat-question.ts";
import { endingLines } from "../watch/chat-ending.ts";
import type { ChatView } from "./chat-view.ts";
import { columnsOf, fit, paintedColumns } from "../terminal/columns.ts";
import { errorText } from "../text/error-text.ts";
import { markedText } from "../text/marked-text.ts";
import { signAt, TICK } from "../terminal/moving-sign.ts";
import { elapsedText } from "../text/progress-line.ts";
import { SafeText, safeText } from "../terminal/safe-text.ts";
import type { Format, Style } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { HIDE_CURSOR, rowsUp, SHOW_CURSOR, TO_LINE_END, TO_SCREEN_END } from "../terminal/terminal-codes.ts";
import { TextFlow } from "../text/text-flow.ts";

const PROMPT = "› ";

/** What is being typed. */
export interface TypedLine {
  readonly line: string;
  readonly cursor: number;
  /** Lines of a paste that stand before it. */
  readonly above: number;
}

/** What is under way. */
export interface ChatState {
  readonly busy: boolean;
  readonly cancelling: boolean;
  readonly queued: readonly string[];
}

export interface ChatScreenOptions {
  /** The agent is a planning one. */
  readonly plans: boolean;
  /** What a command line for the journal must say, with a space before it. */
  readonly option: string;
}

/**
 * A conversation in a terminal. What is over stands above and scrolls away; at the bottom is a picture of what is not: the row
 * that the model is writing, calls under way, what is queued, and the line that is typed, with the cursor in it. Each picture
 * is one write, from the first row of the last one on, and leaves the cursor visible: no ending of the process, a kill
 * included, leaves a terminal without one.
 */
export class ChatScreen implements ChatView, Disposable {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #style: Style;
  readonly #option: string;
  readonly #progress: ChatProgress;
  readonly #offResize: () => void;
  #typed: TypedLine = { line: "", cursor: 0, above: 0 };
  #state: () => ChatState = () => ({ busy: false, cancelling: false, queued: [] });
  #asking: (isAsking: boolean, wasAsking: boolean) => void = () => {};
  readonly #safe = new SafeText();
  readonly #flow = new TextFlow();
  #isDim = false;
  #question: ChatQuestion | undefined;
  #since = 0;
  #timer: Timer | undefined;
  /** The columns that each row of the picture takes, and where the cursor is. */
  #picture: readonly number[] = [];
  #cursorRow = 0;
  #cursorColumn = 0;
  /** What somebody else printed and has no line feed yet. */
  #unended = "";
  #isOver = false;

  constructor(terminal: Terminal, clock: Clock, style: Style, { plans, option }: ChatScreenOptions) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#style = style;
    this.#option = option;
    this.#progress = new ChatProgress(() => clock.monotonic(), plans);
    this.#offResize = terminal.onResize(() => this.#draw([]));
  }

  /**
   * From now on that line is shown, and whether something is under way.
   *
   * @param asking Told when another question is to be answered there, or none any more.
   */
  show(typed: TypedLine, state: () => ChatState, asking: (isAsking: boolean, wasAsking: boolean) => void): void {
    this.#typed = typed;
    this.#state = state;
    this.#asking = asking;
    this.#draw([]);
  }

  changed(): void {
    this.#draw([]);
  }

  /** What the module prints. */
  above(text: string): void {
    const lines = (this.#unended + text).split("\n");
    this.#unended = lines.pop() as string;
    if (lines.length > 0) this.#draw([...this.#flushed(), ...lines]);
  }

  said(text: string): void {
    this.#since = this.#clock.monotonic();
    const [first = "", ...rest] = safeText(text).split("\n");
    const mark = this.#style("cyan", PROMPT);
    this.#draw([
      ...this.#flushed(),
      `${mark}${this.#style("bold", first)}`,
      ...rest.map((line) => `  ${this.#style("bold", line)}`),
    ]);
  }

  event(event: AgentEvent): void {
    this.#items(this.#progress.apply(event));
  }

  past(trace: readonly TraceStep[]): void {
    this.#items(this.#progress.past(trace));
  }

  waits(key: string): void {
    this.#progress.waits(key);
    this.#draw([]);
  }

  async ended(result: ReactResult<unknown>): Promise<void> {
    const { answer } = result;
    const unsaid = typeof answer === "string" && answer !== this.#progress.said;
    if (unsaid) this.#items([{ type: "text", text: `${answer}\n`, dim: false }]);
    const lines = endingLines(result, this.#clock.monotonic() - this.#since, this.#style, this.#option);
    this.#draw([...this.#flushed(), ...lines, ""]);
  }

  failed(error: unknown): void {
    const lines = errorText(error, { verbose: false, style: this.#style }).trimEnd().split("\n");
    this.#draw([...this.#flushed(), ...lines, ""]);
  }

  note(text: string, format?: Format): void {
    const flow = new TextFlow();
    const rows = [...flow.add(safeText(text), this.#width), ...flow.end()];
    this.#draw([...this.#flushed(), ...rows.map((row) => (format === undefined ? row : this.#style(format, row)))]);
  }

  ask(question: ChatQuestion | undefined): void {
    const isNew = question !== undefined && question !== this.#question;
    const before = this.#question;
    this.#question = question;
    if (before !== question) this.#asking(question !== undefined, before !== undefined);
    const lines = isNew
      ? question.lines.map((line, at) => (at === 0 ? `${this.#style("yellow", "?")} ${line}` : line))
      : [];
    this.#draw(isNew ? [...this.#flushed(), ...lines] : []);
  }

  /** Leaves the screen to whoever comes next, below what was said. */
  [Symbol.dispose](): void {
    this.#offResize();
    this.#timer?.cancel();
    this.#typed = { line: "", cursor: 0, above: 0 };
    this.#isOver = true;
    const last = [...this.#flushed(), ...(this.#unended === "" ? [] : [this.#unended])];
    this.#draw(last);
  }

  get #width(): number {
    return Math.max(8, this.#terminal.columns - 1);
  }

  #items(items: readonly ChatItem[]): void {
    const rows: string[] = [];
    for (const item of items) {
      if (item.type === "line") {
        rows.push(...this.#flushed(), markedText(item, this.#style));
        continue;
      }
      if (item.dim !== this.#isDim) rows.push(...this.#flushed());
      this.#isDim = item.dim;
      const added = this.#flow.add(this.#safe.push(item.text), this.#width);
      rows.push(...added.map((row) => this.#painted(row)));
    }
    this.#draw(rows);
  }

  /** What there is of the row that is being written, as one that is over. */
  #flushed(): string[] {
    const rows = [...this.#flow.add(this.#safe.end(), this.#width), ...this.#flow.end()];
    return rows.map((row) => this.#painted(row));
  }

  #painted(row: string): string {
    return this.#isDim ? this.#style("dim", row) : row;
  }

  /** Rows that last, and the picture below them. */
  #draw(lasting: readonly string[]): void {
    const state = this.#state();
    const { rows, cursor } = this.#isOver ? { rows: [], cursor: 0 } : this.#rows(state);
    const { columns } = this.#terminal;
    // A terminal that became narrower has wrapped the rows of the last picture, that of the cursor too.
    const heights = this.#picture.slice(0, this.#cursorRow).map((width) => Math.max(1, Math.ceil(width / columns)));
    const up = heights.reduce((sum, height) => sum + height, Math.floor(this.#cursorColumn / columns));
    const above = lasting.length === 0 ? "" : `${TO_SCREEN_END}${lasting.join("\n")}\n`;
    const picture = rows.map((row) => `${row}${TO_LINE_END}`).join("\n");
    const place = cursor === 0 ? "\r" : `\r\x1b[${cursor}C`;
    this.#terminal.write(`${HIDE_CURSOR}${rowsUp(up)}${above}${picture}${TO_SCREEN_END}${place}${SHOW_CURSOR}`);
    this.#picture = rows.map(paintedColumns);
    this.#cursorRow = Math.max(0, rows.length - 1);
    this.#cursorColumn = cursor;
    this.#keepMoving(state.busy && !this.#isOver);
  }

  #rows(state: ChatState): { readonly rows: string[]; readonly cursor: number } {
    const now = this.#clock.monotonic();
    const sign = signAt(now);
    const waits = "waits for you";
    const open = this.#progress.open.map((call) =>
      callLine(call, { now, columns: this.#width, sign, waits, style: this.#style }),
    );
    const queued = state.queued.map((text) => this.#style("dim", fit(`  next: ${visible(text)}`, this.#width)));
    const shown = [...open, ...queued];
    const most = Math.max(1, this.#terminal.rows - 4);
    const hidden = shown.length - most + 1;
    if (shown.length > most) shown.splice(most - 1, hidden, this.#style("dim", `… and ${hidden} more`));
    const rest = this.#flow.rest;
    const { row, cursor } = this.#input(state, sign, now);
    return { rows: [...(rest === "" ? [] : [this.#painted(rest)]), ...shown, row], cursor };
  }

  /** The line that is typed; a long one is shown around the cursor. */
  #input(state: ChatState, sign: string, now: number): { readonly row: string; readonly cursor: number } {
    const { line, cursor, above } = this.#typed;
    const asked = this.#question === undefined ? PROMPT : `${this.#question.prompt} ${PROMPT}`;
    const before = above === 0 ? asked : `(${above} lines above) ${asked}`;
    const painted = this.#style(this.#question === undefined ? "cyan" : "yellow", before);
    const room = Math.max(4, this.#width - columnsOf(before));
    const left = visible(line.slice(0, cursor));
    const right = visible(line.slice(cursor));
    if (line === "" && this.#question === undefined && state.busy) {
      const hint = state.cancelling
        ? "stopping …  Ctrl-C leaves"
        : `${elapsedText(now - this.#since)}  Ctrl-C stops it`;
      return { row: `${painted}${this.#style("dim", fit(`${sign} ${hint}`, room))}`, cursor: columnsOf(before) };
    }
    const shown = tail(left, room - 1);
    const row = `${painted}${shown}${fit(right, room - columnsOf(shown))}`;
    return { row, cursor: columnsOf(before) + columnsOf(shown) };
  }

  #keepMoving(isMoving: boolean): void {
    if (!isMoving || this.#timer !== undefined) return;
    this.#timer = this.#clock.timer(TICK, () => {
      this.#timer = undefined;
      this.#draw([]);
    });
  }
}

/** The end of a line, in so many columns. */
function tail(line: string, columns: number): string {
  if (columnsOf(line) <= columns) return line;
  const signs = Array.from(line);
  let used = 1;
  let at = signs.length;
  while (at > 0 && used + columnsOf(signs[at - 1] as string) <= columns) used += columnsOf(signs[--at] as string);
  return `…${signs.slice(at).join("")}`;
}
