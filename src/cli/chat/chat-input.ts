import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";

/** Who is told what is typed. */
export interface ChatTyping {
  /** A message or a command: several lines that came at once are one. */
  line(text: string): void;
  /** What is being typed has changed. */
  changed(): void;
  /** Ctrl-C. */
  interrupted(): void;
  /** Ctrl-D, or the terminal is gone. */
  ended(): void;
  /** What can follow, for the tabulator. */
  complete(line: string): readonly string[];
}

/** A line that is typed in a terminal, with Node's editing and history. Whoever shows the screen shows the line. */
export class ChatInput implements Disposable {
  readonly #readline: Interface;
  readonly #terminal: NodeJS.ReadStream;
  readonly #typed: () => void;
  #lines: string[] = [];
  #isDue = false;

  constructor(terminal: NodeJS.ReadStream, typing: ChatTyping) {
    this.#terminal = terminal;
    // It would write where it believes the line to be.
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    this.#readline = createInterface({
      input: terminal,
      output: nowhere,
      terminal: true,
      prompt: "",
      removeHistoryDuplicates: true,
      completer: (line: string) => [[...typing.complete(line)], line],
    });
    this.#readline.on("line", (line) => this.#entered(line, typing));
    this.#readline.on("SIGINT", () => typing.interrupted());
    this.#readline.on("SIGCONT", () => typing.changed());
    this.#readline.on("close", () => typing.ended());
    this.#typed = () => typing.changed();
    // After readline's own listener, so that the line is as it is by then.
    terminal.on("keypress", this.#typed);
  }

  /** What is being typed; of a paste that goes on, its last line. */
  get line(): string {
    return this.#readline.line;
  }

  /** Where in it the next sign goes. */
  get cursor(): number {
    return this.#readline.cursor;
  }

  /** Lines that were pasted before it and belong to it. */
  get above(): number {
    return this.#lines.length;
  }

  /** All of that. */
  get text(): string {
    return [...this.#lines, this.line].join("\n");
  }

  /** Empties it. @returns Whether there was anything. */
  clear(): boolean {
    const had = this.line !== "" || this.above > 0;
    this.#lines = [];
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
    return had;
  }

  /** Puts a text there, to be changed. */
  fill(text: string): void {
    this.clear();
    const end = text.lastIndexOf("\n");
    if (end !== -1) this.#lines = text.slice(0, end).split("\n");
    this.#readline.write(text.slice(end + 1));
  }

  [Symbol.dispose](): void {
    this.#terminal.off("keypress", this.#typed);
    this.#readline.removeAllListeners();
    this.#readline.close();
    this.#terminal.pause();
  }

  /** Lines of one paste come in one go; what stands behind the last of them is still being typed. */
  #entered(line: string, typing: ChatTyping): void {
    this.#lines.push(line);
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (this.line !== "" || this.#lines.length === 0) return typing.changed();
      const text = this.#lines.join("\n");
      this.#lines = [];
      typing.line(text);
    });
  }
}
