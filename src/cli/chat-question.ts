import { AitorError, isAitorError, messageOf, visible, visibleLines } from "../base/index.ts";
import type { PendingSignal } from "../agent/index.ts";
import type { PendingApproval } from "../reasoning/index.ts";
import { approvalAnswers, approvalText, askedBy } from "./approval-text.ts";
import { callText } from "./chat-lines.ts";
import type { AnyReactAgent } from "./hosted-agent.ts";
import { momentText, untilText } from "./moment-text.ts";

/** Something that a run waits for, which whoever talks to the agent may answer. */
export interface ChatQuestion {
  /** Of what waits. */
  readonly run: string;
  readonly key: string;
  /** What is asked: safe to print. */
  readonly lines: readonly string[];
  /** What stands before the answer as it is typed. */
  readonly prompt: string;
  /** What is there to be changed, where the answer is a change. */
  readonly prefill: string | undefined;
  /** What answers it from another process, behind `aitor answer <run> <key>`. */
  readonly elsewhere: readonly string[];
  /** What was answered, in a line that is safe to print. */
  readonly answer: string;
  /** @returns What to say where it is not answered by that; nothing where it is. */
  take(line: string): Promise<string | undefined>;
}

type Answering = Pick<AnyReactAgent, "answer" | "approve" | "edit" | "reject">;

const APPROVE = "approve? y, n (why not), e to edit";

/** Whether a call may be made. The answer is bound to the hash of what was shown. */
export class ApprovalQuestion implements ChatQuestion {
  readonly run: string;
  readonly key: string;
  readonly lines: readonly string[];
  readonly #approval: PendingApproval;
  readonly #agent: Answering;
  answer = "approved";
  #stage: "approve" | "edit" | "reject" = "approve";

  constructor(approval: PendingApproval, agent: Answering) {
    const { run, key, description, access, args, expires } = approval;
    this.run = run;
    this.key = key;
    this.#approval = approval;
    this.#agent = agent;
    this.lines = [
      approvalText(approval) + askedBy(run),
      ...visibleLines(description).map(
        (line, at) => `    ${line}${at === 0 ? `  (${access.map(visible).join(", ")})` : ""}`,
      ),
      ...prettyLines(args).map((line) => `    ${line}`),
      `    until ${momentText(expires)} (${untilText(expires, Date.now())})`,
    ];
  }

  get elsewhere(): readonly string[] {
    return approvalAnswers(this.#approval);
  }

  get prompt(): string {
    const prompts = { approve: APPROVE, edit: "arguments, as JSON", reject: "why not? the model is told" };
    return prompts[this.#stage];
  }

  get prefill(): string | undefined {
    return this.#stage === "edit" ? JSON.stringify(this.#approval.args) : undefined;
  }

  async take(line: string): Promise<string | undefined> {
    const text = line.trim();
    if (this.#stage === "edit") return this.#edit(text);
    if (this.#stage === "reject") return this.#reject(text === "" ? "the user said no" : text);
    const [word, why] = split(text);
    switch (word.toLowerCase()) {
      case "y":
      case "yes":
        if (why !== "") return `say "y" alone, or "e" to change the arguments`;
        this.answer = "approved";
        return answered(this.#agent.approve(this.#approval));
      case "n":
      case "no":
        if (why !== "") return this.#reject(why);
        this.#stage = "reject";
        return "";
      case "e":
      case "edit":
        if (why !== "") return this.#edit(why);
        this.#stage = "edit";
        return "";
      default:
        return `nothing was answered: y approves the call as it stands, n refuses it, e changes its arguments`;
    }
  }

  async #edit(text: string): Promise<string | undefined> {
    this.#stage = "approve";
    if (text === "") return "nothing was changed";
    let args: unknown;
    try {
      args = JSON.parse(text);
    } catch (error) {
      return `that is not JSON: ${messageOf(error)}`;
    }
    this.answer = `approved as ${callText(this.#approval.tool, args)}`;
    return answered(this.#agent.edit(this.#approval, args));
  }

  #reject(why: string): Promise<string | undefined> {
    this.answer = `refused: ${visible(why)}`;
    return answered(this.#agent.reject(this.#approval, why));
  }
}

/** A call that must not be made twice was cut off. */
export class DoubtQuestion implements ChatQuestion {
  readonly run: string;
  readonly key: string;
  readonly lines: readonly string[];
  readonly elsewhere: readonly string[] = ["--again | --value <json> | --fail <text>"];
  readonly answer = "answered";
  readonly prompt = "what became of it? again, value <json>, fail <text>";
  readonly prefill = undefined;
  readonly #agent: Answering;

  constructor({ run, key }: PendingSignal, agent: Answering) {
    this.run = run;
    this.key = key;
    this.#agent = agent;
    this.lines = [
      `${visible(key)} may or may not have happened: its process ended while it was under way`,
      "    find out, then say what came of it, or that it is to be called again",
    ];
  }

  async take(line: string): Promise<string | undefined> {
    const [word, rest] = split(line.trim());
    if (word === "again" && rest === "") return answered(this.#agent.answer(this, { again: true }));
    if (word === "fail" && rest !== "") return answered(this.#agent.answer(this, { fail: rest }));
    if (word !== "value") return "say again, value with its result as JSON, or fail with what went wrong";
    try {
      return await answered(this.#agent.answer(this, { value: JSON.parse(rest) as unknown }));
    } catch (error) {
      return `that is not JSON: ${messageOf(error)}`;
    }
  }
}

/** What else somebody asks: a question of a tool's, which is answered by a text, or a JSON value. */
export class SignalQuestion implements ChatQuestion {
  readonly run: string;
  readonly key: string;
  readonly lines: readonly string[];
  readonly elsewhere: readonly string[] = ["--value <json> | --fail <text>"];
  readonly answer = "answered";
  readonly prompt = "your answer";
  readonly prefill = undefined;
  readonly #isText: boolean;
  readonly #agent: Answering;

  constructor({ run, key, request }: PendingSignal, agent: Answering) {
    this.run = run;
    this.key = key;
    this.#agent = agent;
    const { question, choices } = (typeof request === "object" && request !== null ? request : {}) as Asked;
    this.#isText = typeof question === "string";
    const listed = Array.isArray(choices)
      ? [`    one of: ${choices.map((choice) => visible(String(choice))).join(", ")}`]
      : [];
    this.lines =
      typeof question === "string"
        ? [...visibleLines(question), ...listed]
        : [
            `${visible(key)} waits for an answer`,
            ...(request === undefined ? [] : prettyLines(request).map((line) => `    ${line}`)),
          ];
  }

  async take(line: string): Promise<string | undefined> {
    if (line.trim() === "") return "nothing was answered";
    return answered(this.#agent.answer(this, { value: this.#isText ? line : jsonOrText(line) }));
  }
}

interface Asked {
  readonly question?: unknown;
  readonly choices?: unknown;
}

/** @returns What is wrong with the answer. */
async function answered(answering: Promise<void>): Promise<string | undefined> {
  try {
    await answering;
    return undefined;
  } catch (error) {
    if (!(error instanceof AitorError)) throw error;
    // Somebody else was quicker, or it is too late: there is nothing to answer any more.
    if (isAitorError(error, "not-waiting")) return undefined;
    return error.expected === undefined ? error.message : `that was not accepted; expected: ${error.expected}`;
  }
}

function jsonOrText(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return line;
  }
}

/** The first word, and the rest. */
function split(text: string): [string, string] {
  const at = text.search(/\s/);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at).trim()];
}

function prettyLines(value: unknown): string[] {
  return visibleLines(JSON.stringify(value, null, 2) ?? "");
}
