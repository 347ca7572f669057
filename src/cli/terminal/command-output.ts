import { environment, redact, visibleJson } from "../../base/index.ts";
import { unwrittenError } from "./errors.ts";
import { type Style, style } from "./style.ts";
import { streamTerminal, type Terminal } from "./terminal.ts";

/** What a result for people is written on. */
export interface Page {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Columns; `Infinity` where it is no terminal. */
  readonly width: number;
  readonly style: Style;
}

/**
 * The two outputs of the command. stdout carries the result and nothing else; all that is said on the way goes to
 * stderr without secrets, and so does what a module prints while the command runs it.
 */
export class CommandOutput implements Disposable {
  /** The result is read by a person. */
  readonly #resultOnTerminal: boolean;
  readonly #resultColumns: number;
  #style: Style;
  #resultStyle: Style;
  /** stderr, where it is a terminal whose cursor can be moved. */
  readonly terminal: Terminal | undefined;
  readonly #stdout: OwnStream;
  readonly #stderr: OwnStream;
  #show: (text: string) => void;

  constructor(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream) {
    this.#stdout = new OwnStream(stdout, (text) => this.tell(text));
    this.#stderr = new OwnStream(stderr, (text) => this.tell(text));
    this.#show = (text) => this.write(text);
    const { color, dumbTerminal } = environment();
    this.#resultOnTerminal = stdout.isTTY;
    this.#resultColumns = stdout.isTTY ? stdout.columns || 80 : Infinity;
    this.#style = style(color && stderr.isTTY && !dumbTerminal);
    this.#resultStyle = style(color && stdout.isTTY && !dumbTerminal);
    if (stderr.isTTY && !dumbTerminal) this.terminal = streamTerminal(stderr, (text) => this.write(text));
  }

  /** For text on stderr. */
  get style(): Style {
    return this.#style;
  }

  /** What results for people are written on. */
  get page(): Page {
    return { now: Date.now(), width: this.#resultColumns, style: this.#resultStyle };
  }

  /** What the user asked for wins over the terminal and the environment. */
  useColor(color: boolean | undefined): void {
    if (color !== undefined) this.#style = this.#resultStyle = style(color);
  }

  /** Rejects where the result cannot be written, except that a reader who has gone is none of our business. */
  result(text: string): Promise<void> {
    return this.#stdout.finished(text);
  }

  /** A JSON value, readable where a person reads it, else in one line. Nothing for `undefined`. */
  async resultJson(value: unknown): Promise<void> {
    if (value === undefined) return;
    const json = JSON.stringify(value, null, this.#resultOnTerminal ? 2 : 0);
    await this.result(`${this.#resultOnTerminal ? visibleJson(json) : json}\n`);
  }

  resultLines(lines: readonly string[]): Promise<void> {
    return this.result(`${lines.join("\n")}\n`);
  }

  /** Says on stderr what was done, and how. */
  done(text: string, how: string): void {
    this.tell(`${this.style("green", "✔")} ${text} ${this.style("dim", `(${how})`)}\n`);
  }

  /** Says beside the result, on stderr, what there is to know or to do. */
  hint(line: string): void {
    this.tell(`${this.style("dim", line)}\n`);
  }

  /** Says something on stderr. */
  tell(text: string): void {
    this.#show(redact(text));
  }

  /** Straight to stderr, past `showThrough`. */
  write(text: string): void {
    this.#stderr.write(redact(text));
  }

  /** Until it is called off, `show` gets all that is to go to stderr. */
  showThrough(show: (text: string) => void): () => void {
    const before = this.#show;
    this.#show = show;
    return () => {
      this.#show = before;
    };
  }

  async flush(): Promise<void> {
    await Promise.allSettled([this.#stdout.finished(""), this.#stderr.finished("")]);
  }

  [Symbol.dispose](): void {
    this.#stdout.release();
    this.#stderr.release();
  }
}

type Write = NodeJS.WriteStream["write"];

/** A stream of the process that only we write to: what others write to it is handed to `foreign`. */
class OwnStream {
  readonly #stream: NodeJS.WriteStream;
  readonly #write: Write;
  readonly #inherited: boolean;

  constructor(stream: NodeJS.WriteStream, foreign: (text: string) => void) {
    this.#stream = stream;
    this.#write = stream.write.bind(stream);
    this.#inherited = !Object.hasOwn(stream, "write");
    const decoder = new TextDecoder();
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      foreign(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      const written = rest.at(-1);
      if (typeof written === "function") queueMicrotask(written as () => void);
      return true;
    };
    stream.on("error", ignore);
  }

  write(text: string): void {
    this.#write(text);
  }

  /** Resolves when the text, and all that was written before it, has been taken over by the system. */
  finished(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#write(text, (error?: Error | null) => {
        const { code } = (error ?? {}) as { code?: string };
        if (error && code !== "EPIPE" && code !== "ERR_STREAM_DESTROYED") reject(unwrittenError(error));
        else resolve();
      });
    });
  }

  release(): void {
    if (this.#inherited) delete (this.#stream as Partial<NodeJS.WriteStream>).write;
    else this.#stream.write = this.#write;
  }
}

/** A write that fails tells its own callback; without a listener it would end the process. */
function ignore(): void {}
