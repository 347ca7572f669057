// What providers throw, and what may be done about it.
import {
  APICallError,
  EmptyResponseBodyError,
  JSONParseError,
  LoadAPIKeyError,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { AitorError } from "../../base/index.ts";
import { failureOf } from "./failure.ts";

const api = (statusCode: number | undefined, body = "", headers: Record<string, string> = {}): APICallError =>
  new APICallError({
    message: "it failed",
    url: "https://example.com",
    requestBodyValues: {},
    ...(statusCode !== undefined && { statusCode }),
    responseBody: body,
    responseHeaders: headers,
    ...(statusCode === undefined && { isRetryable: true }),
  });

test.each<[string, unknown, string, boolean]>([
  ["500", api(500), "server", true],
  ["529", api(529), "server", true],
  ["429", api(429), "rate-limited", true],
  ["429 without quota", api(429, '{"error":{"code":"insufficient_quota"}}'), "quota", false],
  ["402", api(402), "quota", false],
  [
    "Anthropic's empty account",
    api(400, "Your credit balance is too low to access the Anthropic API."),
    "quota",
    false,
  ],
  ["Anthropic's limit", api(400, "You have reached your specified API usage limits."), "quota", false],
  ["OpenAI's limit", api(400, '{"error":{"code":"billing_hard_limit_reached"}}'), "quota", false],
  ["Groq's limit", api(400, '{"error":{"code":"blocked_api_access"}}'), "quota", false],
  ["OpenRouter's limit", api(403, "Key limit exceeded (total limit)"), "quota", false],
  ["Fireworks' limit", api(412, "suspended, possibly due to reaching the monthly spending limit"), "quota", false],
  ["xAI's limit", api(429, "used all available credits or reached its monthly spending limit"), "quota", false],
  ["Groq's 429", api(429, "Try again in 4s. Need more? console.groq.com/settings/billing"), "rate-limited", true],
  ["a tool for billing", api(400, "Invalid schema for function 'billing_credit_balance'"), "refused", false],
  ["401", api(401), "key-refused", false],
  ["403", api(403), "key-refused", false],
  ["408", api(408), "timeout", true],
  ["409", api(409), "server", true],
  ["400", api(400, "bad parameter"), "refused", false],
  ["404", api(404), "refused", false],
  [
    "400 for OpenAI's context",
    api(400, "This model's maximum context length is 8192 tokens"),
    "context-overflow",
    false,
  ],
  [
    "400 for Anthropic's context",
    api(400, "prompt is too long: 210000 tokens > 200000 maximum"),
    "context-overflow",
    false,
  ],
  ["413", api(413), "context-overflow", false],
  ["no connection", api(undefined, ""), "server", true],
  [
    "fetch failed",
    new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }),
    "network",
    true,
  ],
  ["terminated", new TypeError("terminated"), "network", true],
  ["a reset connection", Object.assign(new Error("read"), { code: "ECONNRESET" }), "network", true],
  ["broken JSON", new JSONParseError({ text: "{", cause: new Error("x") }), "bad-reply", true],
  ["no key", new LoadAPIKeyError({ message: "no key" }), "key-refused", false],
  ["an unsupported part", new UnsupportedFunctionalityError({ functionality: "video" }), "refused", false],
  ["Anthropic's error in a stream", { type: "overloaded_error", message: "Overloaded" }, "server", true],
  ["OpenAI's error in a stream", { type: "error", error: { code: "server_error" } }, "server", true],
  ["a limit in a stream", { type: "rate_limit_error", message: "slow down" }, "rate-limited", true],
  ["a time-out", new DOMException("late", "TimeoutError"), "timeout", true],
  ["a fault of a custom provider", new TypeError("x is undefined"), "refused", false],
  [
    "a status with a message that is no text",
    Object.assign(new Error("x"), { message: {}, status: 429 }),
    "rate-limited",
    true,
  ],
  ["a custom provider's status", Object.assign(new Error("x"), { status: 503 }), "server", true],
  ["a custom provider's word", Object.assign(new Error("x"), { retryable: true }), "server", true],
  ["a custom provider's plain error", new Error("internal rule 5 violated"), "refused", false],
  ["one that says not to try again", new Error("paid already, do not try again"), "refused", false],
  ["one that says to try again", new Error("busy, please try again"), "server", true],
  ["gRPC's word for it", new Error("13 INTERNAL: Received RST_STREAM"), "server", true],
  ["Amazon's word for it", new Error("InternalServerException: it failed"), "server", true],
  ["an SDK's words for it", new Error('{"type":"api_error","message":"Internal server error"}'), "server", true],
  ["a text that was thrown", "no such question", "server", true],
  ["500 that is final", Object.assign(new Error("x"), { status: 500, retryable: false }), "server", false],
  ["500 that is final, in the AI SDK's word", { status: 500, isRetryable: false }, "server", false],
  ["200 that is final", Object.assign(new Error("terminated"), { status: 200, retryable: false }), "network", false],
  ["429 that is final", Object.assign(new Error("x"), { status: 429, retryable: false }), "quota", false],
  ["a limit that is final", Object.assign(new Error("rate limit"), { retryable: false }), "quota", false],
  ["a connection that is final", Object.assign(new Error("ECONNRESET"), { retryable: false }), "network", false],
  ["400 that may pass", Object.assign(new Error("x"), { status: 400, retryable: true }), "refused", false],
  ["an error of Aitor's", new AitorError({ code: "blob-missing", message: "x" }), "refused", false],
])("%s", (_, thrown, kind, retryable) => {
  expect(failureOf(thrown, 0)).toMatchObject({ kind, retryable });
});

const unread = (status: number, cause: Error): APICallError =>
  new APICallError({
    message: "Failed to process successful response",
    url: "https://example.com",
    requestBodyValues: {},
    statusCode: status,
    cause,
  });

test.each<[string, unknown, string, string]>([
  ["Anthropic's error in a stream", { type: "overloaded_error", message: "Overloaded" }, "server", "Overloaded"],
  ["OpenAI's", { type: "error", error: { code: "server_error", message: "No luck." } }, "server", "No luck."],
  ["one that is a text", { error: "no capacity" }, "server", "no capacity"],
  [
    "one of a limit, with a number",
    { message: "Rate limit exceeded: free", code: 429 },
    "rate-limited",
    "Rate limit exceeded: free",
  ],
  ["one without words", { code: 7 }, "server", '{"code":7}'],
  [
    "a stream that broke off",
    unread(200, new TypeError("terminated", { cause: new Error("other side closed") })),
    "network",
    "Failed to process successful response: terminated",
  ],
  [
    "a success without a body",
    unread(204, new EmptyResponseBodyError()),
    "bad-reply",
    "Failed to process successful response: Empty response body",
  ],
])("what is said of %s is what came", (_, thrown, kind, message) => {
  expect(failureOf(thrown, 0)).toMatchObject({ kind, message: expect.stringContaining(message), retryable: true });
});

test("an error that cannot be read is a failure, too", () => {
  const thrown: unknown = new Proxy({}, { get: () => expect.unreachable() });
  expect(failureOf(thrown, 0)).toMatchObject({ kind: "refused", retryable: false });
});

const google = (wait: string, ...quotas: readonly string[]): object => ({
  error: {
    code: 429,
    message: `You exceeded your current quota, please check your plan and billing details. ${"* Quota exceeded for metric ".repeat(99)}`,
    status: "RESOURCE_EXHAUSTED",
    details: [
      { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: quotas.map((quotaId) => ({ quotaId })) },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: wait },
    ],
  },
});
const minute = google("34.5s", "GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
const day = google("34s", "GenerateContentInputTokensPerModelPerMinute", "GenerateRequestsPerDayPerProjectPerModel");

test.each<[string, unknown, string, number | undefined]>([
  ["for the minute", api(429, JSON.stringify(minute)), "rate-limited", 34_500],
  ["in a list, as OpenAI's interface has it", api(429, JSON.stringify([minute], null, 2)), "rate-limited", 34_500],
  [
    "in a text",
    Object.assign(new Error(JSON.stringify({ error: JSON.stringify(minute) })), { status: 429 }),
    "rate-limited",
    34_500,
  ],
  ["for the minute, with a header", api(429, JSON.stringify(minute), { "retry-after": "3" }), "rate-limited", 3_000],
  ["for the day", api(429, JSON.stringify(day)), "quota", undefined],
  ["of nobody knows what", api(429, JSON.stringify(google("34s"))), "quota", undefined],
  ["of all users", api(503, JSON.stringify(google("2s"))), "server", 2_000],
])("Google's limit %s is told by its details", (_, thrown, kind, retryAfterMs) => {
  const failure = failureOf(thrown, 0);
  expect([failure.kind, failure.retryAfterMs]).toEqual([kind, retryAfterMs]);
});

test.each<[Record<string, string>, number | undefined]>([
  [{ "retry-after": "3" }, 3_000],
  [{ "Retry-After": "1.5", "retry-after-ms": "200" }, 200],
  [{ "retry-after": new Date(60_000).toUTCString() }, 50_000],
  [{ "retry-after": new Date(0).toUTCString() }, 0],
  [{ "retry-after": "99999999" }, 3_600_000],
  [{ "retry-after-ms": "1e300" }, 3_600_000],
  [{ "retry-after": new Date(9e14).toUTCString() }, 3_600_000],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "-1", "retry-after-ms": "x" }, undefined],
  [{ "retry-after": "", "retry-after-ms": "" }, undefined],
  [{ "retry-after": "2", "retry-after-ms": "" }, 2_000],
  [{}, undefined],
])("%j asks to wait %s ms", (headers, ms) => {
  expect(failureOf(api(429, "", headers), 10_000).retryAfterMs).toBe(ms);
});

test.each<[string, unknown]>([
  ["Headers, as fetch gives them", new Headers({ "Retry-After": "3" })],
  ["a map", new Map([["Retry-After", "3"]])],
])("headers may be %s", (_, responseHeaders) => {
  const { retryAfterMs, headers } = failureOf({ status: 503, responseHeaders }, 0);
  expect([retryAfterMs, headers]).toEqual([3_000, { "retry-after": "3" }]);
});

test.each([["retry-after: 3"], [[5]], 5, null])("what are no headers says nothing: %j", (responseHeaders) => {
  expect(failureOf({ status: 503, responseHeaders }, 0)).toMatchObject({ kind: "server", retryable: true });
});
