import { styleText } from "node:util";

import type { PlanningEvent } from "aitor";

import { time } from "../../repo-report/format.ts";
import { clip } from "../bounded.ts";
import { outcomeText } from "../outcome-text.ts";
import { seenText } from "../seen-text.ts";
import { callText } from "./call-text.ts";
import { planTurn } from "./survey-plan.ts";

/** Where there is no terminal. */
const WIDTH = 160;
const NAME = 10;

type Colour = "blue" | "cyan" | "green" | "magenta" | "yellow" | "red";
const COLOURS: Readonly<Record<string, Colour>> = { structure: "blue", quality: "magenta", history: "yellow" };

/** Shows a survey as it goes on, a line for each thing that happens: who does what, and what becomes of the plan. */
export class SurveyDisplay {
  readonly #stream: NodeJS.WriteStream;
  /** What the planner thought last: why it does what it does next. */
  #thought = "";

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  apply(event: PlanningEvent): void {
    switch (event.type) {
      case "think-finished":
        this.#thought = event.text;
        if (event.fault !== undefined) this.tell("planner", `✗ ${event.fault}`, "red");
        return;
      case "think-failed":
      case "model-retried":
        this.tell("planner", `✗ ${event.message}`, "red");
        return;
      case "tool-called":
        if (this.#thought !== "") this.tell("planner", this.#thought);
        this.#thought = "";
        return;
      case "tool-finished":
        if (event.outcome !== "ok") this.tell("planner", `✗ ${event.tool}: ${event.message ?? event.outcome}`, "red");
        return;
      case "plan-made":
        this.tell("plan", `+ ${event.todos.join(", ")}`, "cyan");
        return;
      case "plan-changed":
        for (const change of event.changes) {
          for (const { did, contents, reason } of planTurn(change, "")) {
            this.tell("plan", `± ${did}${reason === "" ? "" : `: ${reason}`}`, "cyan");
            for (const content of contents) this.tell("", `  ${content}`, undefined, "dim");
          }
        }
        return;
      case "todo-started": {
        const again = event.attempt > 1 ? ` (attempt ${event.attempt})` : "";
        this.tell(event.agent, `▸ ${event.todo}${again}: ${event.content}`, colourOf(event.agent));
        return;
      }
      case "todo-finished":
        this.tell(event.agent, `✓ ${event.todo}: ${firstLine(event.result)}`, colourOf(event.agent), "bold");
        return;
      case "todo-failed":
        this.tell(event.agent, `✗ ${event.todo}: ${event.error}`, "red");
        return;
      case "agent-event":
        this.#ofAgent(event);
        break;
      default:
      // The rest is on record: aitor show.
    }
  }

  /** One line, as wide as the terminal. */
  tell(name: string, what = "", colour?: Colour, style?: "bold" | "dim"): void {
    const width = (this.#stream.columns || WIDTH) - 1;
    const text = clip(seenText(what.replaceAll("\n", " ")), Math.max(20, width - NAME - 2));
    const label = seenText(name).padEnd(NAME);
    const named = colour === undefined ? label : styleText(colour, label, { stream: this.#stream });
    const told = style === undefined ? text : styleText(style, text, { stream: this.#stream });
    this.#stream.write(`${named} ${told}\n`.replace(/ +\n$/, "\n"));
  }

  #ofAgent({ agent, event }: Extract<PlanningEvent, { readonly type: "agent-event" }>): void {
    if (event.type !== "tool-finished") return;
    const { tool, outcome, message = outcome, value, durationMs } = event;
    const told = outcome === "ok" ? `${callText(tool, value)}: ${outcomeText(tool, value)}` : `✗ ${tool}: ${message}`;
    this.tell(agent, `  ${told}, ${time(durationMs)}`, colourOf(agent), "dim");
  }
}

function colourOf(agent: string): Colour | undefined {
  return COLOURS[agent];
}

function firstLine(text: string): string {
  return (text.split("\n", 1)[0] ?? "").replace(/:$/, ".");
}
