import { invalidOption, isPromiseLike, messageOf, onlyOptions } from "../../base/index.ts";
import { type Access, accessList } from "./access.ts";
import type { ToolCallContext } from "./tool-context.ts";

/** A selection of tools by what is known of them without a call. A tool is selected if it is in any of the lists. */
export interface ToolMatch {
  /** Names. */
  readonly tools?: readonly string[];
  /** In `deny` and `approval`, selects tools that have any of these accesses. In `allow`, selects tools that have no others. */
  readonly access?: readonly Access[];
  readonly categories?: readonly string[];
}

/** A call with checked arguments, for rules that look at them. */
export interface ToolRequest {
  readonly tool: string;
  readonly access: readonly Access[];
  readonly category: string | undefined;
  /** A JSON value, as the model wrote it. */
  readonly args: unknown;
  readonly context: ToolCallContext;
}

/**
 * Selects tools, or is a function of the call, which returns `true` or a reason if the rule applies. The function decides at
 * once, not in a promise.
 */
export type ToolRule = ToolMatch | ((request: ToolRequest) => boolean | string);

/**
 * Decides which calls are made. A denied call is not made, whatever else allows it. Then the tenant must have the tool. Then
 * the tool must be on the allow-list, if there is one. Then approval may be needed. A rule that throws, or returns a promise,
 * counts against the call.
 */
export interface ToolPolicy {
  /** Tools that are never called. @default nothing */
  readonly deny?: ToolRule;
  /** The only tools that are called. @default everything */
  readonly allow?: ToolRule;
  /** Tools that are called only with approval. A tool may also require it itself. @default nothing */
  readonly approval?: ToolRule;
}

/** What policies know of a tool. */
export interface Judged {
  readonly name: string;
  readonly access: readonly Access[];
  readonly category: string | undefined;
}

/** Several policies: a view's own beside those of what it is a view of. Each can only take away. */
export class Policies {
  readonly #policies: readonly ToolPolicy[];

  constructor(policies: readonly ToolPolicy[]) {
    this.#policies = policies;
  }

  /** @throws AitorError `invalid-option`. */
  with(policy: ToolPolicy | undefined): Policies {
    if (policy === undefined) return this;
    onlyOptions(policy, RULES, "a rule of a policy");
    for (const [name, rule] of Object.entries(policy)) checkRule(rule, `${name} of a policy`);
    return new Policies([...this.#policies, policy]);
  }

  /** Nothing is said of any tool. */
  get isEmpty(): boolean {
    return this.#policies.length === 0;
  }

  /** Whether some call of it could be made: what is refused for its name or access is not shown to a model. */
  mayUse(tool: Judged): boolean {
    return this.#policies.every(({ deny, allow }) => {
      if (deny !== undefined && typeof deny !== "function" && matchesAny(deny, tool)) return false;
      return allow === undefined || typeof allow === "function" || matchesAll(allow, tool);
    });
  }

  /** Why the call is refused, denials first. */
  refusal(tool: Judged, request: ToolRequest): string | undefined {
    for (const { deny } of this.#policies) {
      const reason = deny === undefined ? undefined : against(deny, tool, request, "the policy denies it");
      if (reason !== undefined) return reason;
    }
    for (const { allow } of this.#policies) {
      const reason = allow === undefined ? undefined : notAllowed(allow, tool, request);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** Whether some call of it may have to be approved, for all that can be told without the call. */
  mayAsk(tool: Judged): boolean {
    return this.#policies.some(
      ({ approval }) => approval !== undefined && (typeof approval === "function" || matchesAny(approval, tool)),
    );
  }

  /** Why it has to be approved. */
  approval(tool: Judged, request: ToolRequest): string | undefined {
    for (const { approval } of this.#policies) {
      const reason = approval === undefined ? undefined : against(approval, tool, request, "the policy asks for it");
      if (reason !== undefined) return reason;
    }
    return undefined;
  }
}

const RULES: ReadonlySet<string> = new Set(["deny", "allow", "approval"] satisfies (keyof ToolPolicy)[]);
const LISTS = ["tools", "access", "categories"] as const satisfies (keyof ToolMatch)[];
const KNOWN_LISTS: ReadonlySet<string> = new Set(LISTS);

/** A rule that is misspelt would let calls through without a word. @throws AitorError `invalid-option`. */
function checkRule(rule: unknown, what: string): void {
  if (rule === undefined || typeof rule === "function") return;
  if (typeof rule !== "object" || rule === null) {
    throw invalidOption(what, "{ tools?, access?, categories? }, or a function of the call", rule);
  }
  onlyOptions(rule, KNOWN_LISTS, what);
  for (const name of LISTS) {
    const list = (rule as Readonly<Record<string, unknown>>)[name];
    if (list === undefined || (Array.isArray(list) && list.every(isText))) continue;
    const wrong: unknown = Array.isArray(list) ? list.find((each) => !isText(each)) : list;
    throw invalidOption(`${name} in ${what}`, "a list of names", wrong);
  }
  const { access } = rule as ToolMatch;
  if (access !== undefined && access.length > 0) accessList(access, `access in ${what}`);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function against(rule: ToolRule, tool: Judged, request: ToolRequest, reason: string): string | undefined {
  if (typeof rule !== "function") return matchesAny(rule, tool) ? reason : undefined;
  return answer(() => rule(request), reason);
}

/** What a rule's function says: nothing but `false` and nothing count as no. */
export function answer(rule: () => unknown, reason: string): string | undefined {
  try {
    const said = atOnce(rule());
    if (said === false || said === undefined) return undefined;
    return typeof said === "string" && said !== "" ? said : reason;
  } catch (error) {
    return `the rule could not decide: ${messageOf(error)}`;
  }
}

/** Nothing but `true` and a text count as yes. */
function notAllowed(rule: ToolRule, tool: Judged, request: ToolRequest): string | undefined {
  const reason = "it is not on the list of what may be called";
  if (typeof rule !== "function") return matchesAll(rule, tool) ? undefined : reason;
  try {
    const said = atOnce(rule(request));
    return said === true || (typeof said === "string" && said !== "") ? undefined : reason;
  } catch (error) {
    return `the rule could not decide: ${messageOf(error)}`;
  }
}

/** What a rule said. @throws TypeError where it is a promise, which decides nothing, whatever becomes of it. */
function atOnce(said: unknown): unknown {
  if (!isPromiseLike(said)) return said;
  said.then(undefined, () => {});
  throw new TypeError("it gave a promise, and has to decide at once");
}

function matchesAny(match: ToolMatch, tool: Judged): boolean {
  return isNamed(match, tool) || tool.access.some((each) => match.access?.includes(each) === true);
}

function matchesAll(match: ToolMatch, tool: Judged): boolean {
  const { access } = match;
  return isNamed(match, tool) || (access !== undefined && tool.access.every((each) => access.includes(each)));
}

function isNamed({ tools, categories }: ToolMatch, { name, category }: Judged): boolean {
  return tools?.includes(name) === true || (category !== undefined && categories?.includes(category) === true);
}
