import { isAitorError, isError, messageOf, redact } from "../../base/index.ts";
import { lowerCase } from "./headers.ts";

/** Why a request got no answer. */
export type FailureKind =
  /** 5xx, overloaded. */
  | "server"
  | "network"
  | "timeout"
  /** The stream broke off, or ended without a `finish`. */
  | "interrupted"
  /** The reply does not follow the provider's interface. */
  | "bad-reply"
  | "rate-limited"
  /** The account has nothing left to spend. */
  | "quota"
  /** The key is not accepted. */
  | "key-refused"
  /** The input is longer than the model reads. */
  | "context-overflow"
  /** The request is not accepted as it is. */
  | "refused";

/** One request's failure, and what may be done about it. */
export interface Failure {
  readonly kind: FailureKind;
  /** Without secrets. */
  readonly message: string;
  /** The same request may succeed later. */
  readonly retryable: boolean;
  /** HTTP. */
  readonly status?: number;
  /** What the provider asks to wait, in milliseconds: an hour at most. */
  readonly retryAfterMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause: unknown;
}

const RETRYABLE: readonly FailureKind[] = ["server", "network", "timeout", "interrupted", "bad-reply", "rate-limited"];

/** @param at Milliseconds since 1970, for a `retry-after` that is a date. */
export function failureOf(thrown: unknown, at: number): Failure {
  try {
    return judged(thrown, at);
  } catch (error) {
    // A getter of it throws.
    return failure("refused", "the provider threw an error that cannot be read", error);
  }
}

function judged(thrown: unknown, at: number): Failure {
  const facts = read(thrown);
  const kind = kindOf(thrown, facts);
  const retryAfterMs = retryAfter(facts, kind, at);
  return {
    kind,
    message: saidBy(thrown) || redact(facts.body).slice(0, 200) || kind,
    // What says that it cannot be tried again is believed, where its kind alone would allow it.
    retryable: RETRYABLE.includes(kind) && !facts.final,
    ...(facts.status !== undefined && { status: facts.status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(facts.headers !== undefined && { headers: facts.headers }),
    cause: thrown,
  };
}

export function failure(kind: FailureKind, message: string, cause?: unknown): Failure {
  return { kind, message, retryable: RETRYABLE.includes(kind), cause };
}

/** Its words: of an error inside a stream, which is often no `Error`, those of the provider; of a reply that broke off, why. */
function saidBy(thrown: unknown): string {
  if (isError(thrown)) {
    const { message, cause } = thrown;
    return message === UNREAD_REPLY && cause !== undefined ? `${message}: ${messageOf(cause)}` : messageOf(thrown);
  }
  if (typeof thrown !== "object" || thrown === null) return messageOf(thrown);
  const { message, error } = thrown as { message?: unknown; error?: unknown };
  const { message: inner = error } = (error ?? {}) as { message?: unknown };
  const said = [message, inner].find((text) => typeof text === "string" && text !== "");
  return said === undefined ? "" : messageOf(said);
}

/** What the AI SDK says of a reply that it could not read, or not to its end; the cause says why. */
const UNREAD_REPLY = "Failed to process successful response";
/** What `@ai-sdk/anthropic` says where the first event of a stream cannot be read; why is lost there. */
const UNREAD_START = "Expected a normalized Anthropic stream error";

interface Facts {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly retryable: boolean | undefined;
  /** It says that it cannot be tried again, and knows. */
  readonly final: boolean;
  readonly name: string;
  readonly code: string;
  /** Everything that it says, for words that tell what it is. */
  readonly body: string;
  /** Its message and the response, at full length. */
  readonly details: string;
}

function read(thrown: unknown): Facts {
  const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as Record<string, unknown>;
  const status = [error["statusCode"], error["status"]].find((value) => typeof value === "number");
  const retryable = [error["retryable"], error["isRetryable"]].find((value) => typeof value === "boolean");
  const { responseHeaders: headers, responseBody: body } = error;
  const said = isError(thrown) ? thrown.message : text(thrown);
  const name = typeof error["name"] === "string" ? error["name"] : "";
  // These work `isRetryable` out from the status, 200 where a reply broke off: that is no word of the provider's.
  const worksOut = name === "AI_APICallError" && status !== undefined;
  const code = error["code"] ?? (error["error"] as { code?: unknown } | undefined)?.code;
  return {
    status,
    retryable,
    final: retryable === false && !worksOut,
    headers: typeof headers === "object" && headers !== null ? lowerCase(headers) : undefined,
    name,
    code: typeof code === "string" ? code : "",
    body: `${said} ${text(body)} ${text(error["data"])}`,
    details: `${said} ${typeof body === "string" ? body : ""}`,
  };
}

/** What providers write, in the order in which it is looked for. */
const OVERFLOW =
  /context[ _-]?(length|window)|maximum context|prompt is too long|input is too long|too many (input )?tokens|exceeds? the (maximum|max|limit).*token|request_too_large/i;
/** Whole phrases: a request that is refused is quoted, with its texts and the names of its tools. */
const QUOTA =
  /insufficient_quota|exceeded your current quota|billing[ _](hard[ _]limit|not[ _]active|to be enabled)|check your (plan and )?billing|credit balance is too low|used all available credits|reach(ed|ing) (its|the|your) (monthly )?spend(ing)? limit|specified (workspace )?API usage limits|key limit exceeded|blocked_api_access/i;
/**
 * Google tells each limit in the words of an empty account. Which one it is its details say (`google.rpc.QuotaFailure`), and
 * what to wait (`RetryInfo`): less than a minute also where the limit is that of the day.
 */
const GOOGLES_QUOTA = /quotaId\\*"\s*:\s*\\*"\w*?Per(?:Minute|Day)/g;
const GOOGLES_WAIT = /retryDelay\\*"\s*:\s*\\*"(\d+(?:\.\d+)?)s/;
const OVERLOADED =
  /overloaded|unavailable|server_error|capacity|internal[ _]?(server|service|error)|\binternal[":.]|(?<!not |n't )try again/i;
const LIMITED = /rate.?limit|too many requests/i;
const NETWORK =
  /fetch failed|network|terminated|socket|other side closed|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|UND_ERR|cannot connect/i;

function kindOf(thrown: unknown, facts: Facts): FailureKind {
  const { status, body, final } = facts;
  if (status !== undefined && status >= 400) return kindOfStatus(status, facts);
  if (/TimeoutError/.test(facts.name)) return "timeout";
  if (/JSONParse|TypeValidation|InvalidResponse|EmptyResponse|NoContentGenerated|SyntaxError/.test(facts.name)) {
    return "bad-reply";
  }
  if (isError(thrown) && thrown.message === UNREAD_START) return "bad-reply";
  if (/LoadAPIKey/.test(facts.name)) return "key-refused";
  if (NETWORK.test(`${facts.code} ${body}`) || NETWORK.test(codeOf((thrown as { cause?: unknown } | null)?.cause))) {
    return "network";
  }
  if (isError(thrown) && thrown.message === UNREAD_REPLY) return "bad-reply";
  if (OVERFLOW.test(body)) return "context-overflow";
  if (QUOTA.test(body)) return "quota";
  if (LIMITED.test(body)) return final ? "quota" : "rate-limited";
  if (facts.retryable === false || isAitorError(thrown)) return facts.retryable === true ? "server" : "refused";
  // An error inside a stream is often no `Error` but what the provider sent.
  return facts.retryable === true || !isError(thrown) || OVERLOADED.test(body) ? "server" : "refused";
}

function kindOfStatus(status: number, { body, details, final }: Facts): FailureKind {
  const quotas = status === 429 && !final ? details.match(GOOGLES_QUOTA) : null;
  if (quotas !== null) return quotas.some((quota) => quota.endsWith("Day")) ? "quota" : "rate-limited";
  if (status === 402 || (status < 500 && QUOTA.test(body))) return "quota";
  if (status === 401 || status === 403) return "key-refused";
  // A limit that is final is that of the account.
  if (status === 429) return final ? "quota" : "rate-limited";
  if (status === 408) return "timeout";
  if (status === 409 || status === 425 || status >= 500) return "server";
  return status === 413 || OVERFLOW.test(body) ? "context-overflow" : "refused";
}

/** Who asks to wait for longer is asked again after that. */
const LONGEST_REST = 3_600_000;

function retryAfter({ headers, details }: Facts, kind: FailureKind, at: number): number | undefined {
  const told = headers && askedRest(headers, at);
  const asked = told ?? (kind === "rate-limited" || kind === "server" ? toldRest(details) : undefined);
  return asked === undefined ? undefined : Math.min(asked, LONGEST_REST);
}

function toldRest(details: string): number | undefined {
  const [, seconds] = GOOGLES_WAIT.exec(details) ?? [];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000);
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date. */
function askedRest(headers: Readonly<Record<string, string>>, at: number): number | undefined {
  const precise = Number(headers["retry-after-ms"] || Number.NaN);
  if (Number.isFinite(precise) && precise >= 0) return precise;
  const value = headers["retry-after"];
  if (!value) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1_000 : undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - at);
}

function codeOf(cause: unknown): string {
  if (!isError(cause)) return "";
  const { code } = cause as { code?: unknown };
  return `${typeof code === "string" ? code : ""} ${cause.message}`;
}

function text(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value.slice(0, 2_000);
  try {
    return JSON.stringify(value)?.slice(0, 2_000) ?? "";
  } catch {
    return "";
  }
}
