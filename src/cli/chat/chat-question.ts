import { isAitorError, messageOf, visible, visibleLines } from "../../base/index.ts";
import type { PendingSignal } from "../../agent/index.ts";
import type { PendingApproval } from "../../reasoning/index.ts";
import { approvalAnswers, approvalText, askedBy } from "../text/approval-text.ts";
import { callText } from "../text/chat-lines.ts";
import type { AnyReactAgent } from "../watch/hosted-agent.ts";
import { momentText, untilText } from "../text/moment-text.ts";

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
  take(line: string): Promise<ChatAnswer>;
}

/** What came of a line that was typed. */
export interface ChatAnswer {
  /** What to say of it: safe to print. Nothing where the prompt says what comes next. */
  readonly said?: string;
  /** Nothing is asked any more. */
  readonly isOver: boolean;
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

  async take(line: string): Promise<ChatAnswer> {
    const text = line.trim();
    if (this.#stage === "edit") return this.#edit(text);
    if (this.#stage === "reject") return this.#reject(text === "" ? "the user said no" : text);
    const [word, why] = split(text);
    switch (word.toLowerCase()) {
      case "y":
      case "yes":
        if (why !== "") return refused(`say "y" alone, or "e" to change the arguments`);
        return answered(this.#agent.approve(this.#approval), "approved");
      case "n":
      case "no":
        if (why !== "") return this.#reject(why);
        this.#stage = "reject";
        return { isOver: false };
      case "e":
      case "edit":
        if (why !== "") return this.#edit(why);
        this.#stage = "edit";
        return { isOver: false };
      default:
        return refused("nothing was answered: y approves the call as it stands, n refuses it, e changes its arguments");
    }
  }

  async #edit(text: string): Promise<ChatAnswer> {
    this.#stage = "approve";
    if (text === "") return refused("nothing was changed");
    const args = parsed(text);
    if ("fault" in args) return refused(args.fault);
    const said = `approved as ${callText(this.#approval.tool, args.value)}`;
    return answered(this.#agent.edit(this.#approval, args.value), said);
  }

  #reject(why: string): Promise<ChatAnswer> {
    return answered(this.#agent.reject(this.#approval, why), `refused: ${visible(why)}`);
  }
}

/** What became of a call that must not be made twice and was cut off. */
export function doubtQuestion(
  { run, key, why, idempotencyKey }: Pick<PendingSignal, "run" | "key" | "why" | "idempotencyKey">,
  agent: Answering,
): ChatQuestion {
  const answer = (what: Parameters<Answering["answer"]>[1]): Promise<ChatAnswer> =>
    answered(agent.answer({ run, key }, what), "answered");
  return {
    run,
    key,
    lines: [
      `${visible(key)} may or may not have happened${why === undefined ? "" : `: ${visible(why)}`}`,
      ...(idempotencyKey === undefined ? [] : [`    its idempotency key: ${visible(idempotencyKey)}`]),
      "    find out, then say what came of it, or that it is to be called again",
    ],
    prompt: "what became of it? again, value <json>, fail <text>",
    prefill: undefined,
    elsewhere: ["--again | --value <json> | --fail <text>"],
    async take(line) {
      const [word, rest] = split(line.trim());
      if (word === "again" && rest === "") return answer({ again: true });
      if (word === "fail" && rest !== "") return answer({ fail: rest });
      if (word !== "value") {
        return refused("say again, value with its result as JSON, or fail with what went wrong");
      }
      const result = parsed(rest);
      return "fault" in result ? refused(result.fault) : answer(result);
    },
  };
}

/** What else somebody asks: a question of a tool's, which is answered by a text, or a JSON value. */
export function signalQuestion({ run, key, request }: PendingSignal, agent: Answering): ChatQuestion {
  const { question, choices } = (typeof request === "object" && request !== null ? request : {}) as Asked;
  const isText = typeof question === "string";
  const listed = Array.isArray(choices)
    ? [`    one of: ${choices.map((choice) => visible(String(choice))).join(", ")}`]
    : [];
  return {
    run,
    key,
    lines: isText
      ? [...visibleLines(question), ...listed]
      : [
          `${visible(key)} waits for an answer`,
          ...(request === undefined ? [] : prettyLines(request).map((line) => `    ${line}`)),
        ],
    prompt: "your answer",
    prefill: undefined,
    elsewhere: ["--value <json> | --fail <text>"],
    async take(line) {
      if (line.trim() === "") return refused("nothing was answered");
      return answered(agent.answer({ run, key }, { value: isText ? line : jsonOrText(line) }), "answered");
    },
  };
}

interface Asked {
  readonly question?: unknown;
  readonly choices?: unknown;
}

/** @param said Where it was that answer. */
async function answered(answering: Promise<void>, said: string): Promise<ChatAnswer> {
  try {
    await answering;
    return { said, isOver: true };
  } catch (error) {
    if (!isAitorError(error)) throw error;
    // Somebody else was quicker, or it is too late: what came of it is not known here.
    if (isAitorError(error, "not-waiting")) return { said: "it is not asked any more", isOver: true };
    return refused(error.expected === undefined ? error.message : `that was not accepted; expected: ${error.expected}`);
  }
}

function refused(said: string): ChatAnswer {
  return { said, isOver: false };
}

function parsed(text: string): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { fault: `that is not JSON: ${messageOf(error)}` };
  }
}

function jsonOrText(line: string): unknown {
  const json = parsed(line);
  return "value" in json ? json.value : line;
}

/** The first word, and the rest. */
function split(text: string): [string, string] {
  const at = text.search(/\s/);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at).trim()];
}

function prettyLines(value: unknown): string[] {
  return visibleLines(JSON.stringify(value, null, 2) ?? "");
}
