import { styleText } from "node:util";

import type { ReactEvent, ReactResult } from "aitor";

import { count as figure, plural, time } from "../repo-report/format.ts";
import { clip } from "./bounded.ts";
import { outcomeText } from "./outcome-text.ts";
import { SeenPieces, seenText } from "./seen-text.ts";

/** Where there is no terminal. */
const WIDTH = 160;

/**
 * Shows a run as it goes on: what is thought and called on stderr, the answer on stdout. On a terminal the text is shown as it
 * comes; elsewhere stdout gets the answer alone, when it is whole.
 */
export class AnswerDisplay {
  readonly #out: NodeJS.WriteStream;
  readonly #err: NodeJS.WriteStream;
  readonly #pieces = new SeenPieces();
  /** What was thought last: the answer, if no call follows. */
  #thought = "";
  #calls = 0;
  /** The text that is shown has not ended its line. */
  #inLine = false;

  constructor(out: NodeJS.WriteStream, err: NodeJS.WriteStream) {
    this.#out = out;
    this.#err = err;
  }

  apply(event: ReactEvent): void {
    switch (event.type) {
      case "text-delta":
        this.#show(this.#pieces.take(event.text));
        return;
      case "snapshot":
        this.#endLine();
        this.#show(seenText(event.text));
        return;
      case "think-finished":
        this.#show(this.#pieces.end());
        this.#endLine();
        this.#thought = event.text;
        if (event.fault !== undefined) this.#tell(`  ✗ ${event.fault}`);
        return;
      case "think-failed":
      case "model-retried":
        this.#endLine();
        this.#tell(`  ✗ ${event.message}`);
        return;
      case "tool-called":
        this.#calls++;
        if (!this.#out.isTTY && this.#thought !== "") this.#err.write(`${seenText(this.#thought)}\n`);
        this.#thought = "";
        this.#tell(`  → ${event.call} ${event.tool} ${JSON.stringify(event.input)}`);
        return;
      case "tool-finished": {
        const { call, tool, outcome, message = outcome, value, durationMs } = event;
        const text =
          outcome === "ok" ? `✓ ${call} ${tool}: ${outcomeText(tool, value)}` : `✗ ${call} ${tool}: ${message}`;
        this.#tell(`  ${text}, ${time(durationMs)}`);
        break;
      }
      default:
      // The rest is on record: aitor show.
    }
  }

  /** The answer, where it was not shown as it came, and what it took. */
  end({ status, answer, partial, steps, usage, cost }: ReactResult, ms: number): void {
    this.#endLine();
    if (!this.#out.isTTY && status === "answered") this.#out.write(`${seenText(answer ?? "")}\n`);
    if (status !== "answered" && partial !== undefined) this.#tell(`so far: ${partial}`);
    const tokens = plural(usage.inputTokens + usage.outputTokens, "token");
    const money = cost === undefined ? "price not known" : `$${cost.toFixed(4)}`;
    const calls = plural(this.#calls, "tool call");
    this.#tell(
      `${plural(steps, "turn")}, ${calls}, ${tokens} (${figure(usage.inputTokens)} in), ${money}, ${time(ms)}`,
    );
  }

  #show(text: string): void {
    if (!this.#out.isTTY || text === "") return;
    this.#out.write(text);
    this.#inLine = !text.endsWith("\n");
  }

  #endLine(): void {
    if (this.#inLine) this.#out.write("\n");
    this.#inLine = false;
  }

  /** One line, as wide as the terminal. */
  #tell(text: string): void {
    const line = clip(seenText(text.replaceAll("\n", " ")), (this.#err.columns || WIDTH) - 1);
    this.#err.write(`${styleText("dim", line, { stream: this.#err })}\n`);
  }
}
