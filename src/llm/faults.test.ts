// Each way in which a request goes wrong, at each place in its answer, under each policy:
// - what cannot be seen from outside is not told: the caller gets the whole answer, once, or one error
// - an error keeps what had come; a failed request counts what it used: nothing where it was turned away, else an estimate
// - the journal's calls are as many as the requests, and the meter says the same
import { describe, expect, test } from "vitest";
import { type MockAnswer, type MockFault, MockProvider, type VirtualClock, virtualClock } from "../testing/index.ts";
import {
  isModelError,
  LLMManager,
  type ModelCall,
  type ModelEvent,
  type ModelReply,
  textOf,
  toolCallsOf,
  userMessage,
} from "./index.ts";

type Kind =
  | "500"
  | "529"
  | "429"
  | "429 with retry-after"
  | "quota"
  | "401"
  | "400"
  | "disconnect"
  | "malformed"
  | "truncated"
  | "hang"
  | "deaf hang";
type Place = MockFault["at"];
/** `abort`: while nothing comes, or while it is decided what is tried after a failure. */
type Policy = "retry" | "failover" | "give up" | "abort";

interface Expectation {
  /** A later request may succeed. */
  readonly passes: boolean;
  /** Turned away before the model read anything. */
  readonly unread: boolean;
  readonly code: string;
}

const faults: Record<Kind, Expectation & { readonly fault: Record<string, unknown> }> = {
  "500": { fault: { kind: "status", status: 500 }, passes: true, unread: true, code: "model-unavailable" },
  "529": { fault: { kind: "status", status: 529 }, passes: true, unread: true, code: "model-unavailable" },
  "429": { fault: { kind: "status", status: 429 }, passes: true, unread: true, code: "rate-limited" },
  "429 with retry-after": {
    fault: { kind: "status", status: 429, headers: { "retry-after": "2" } },
    passes: true,
    unread: true,
    code: "rate-limited",
  },
  quota: {
    fault: { kind: "status", status: 429, message: "insufficient_quota" },
    passes: false,
    unread: true,
    code: "key-refused",
  },
  "401": { fault: { kind: "status", status: 401 }, passes: false, unread: true, code: "key-refused" },
  "400": { fault: { kind: "status", status: 400 }, passes: false, unread: true, code: "model-refused" },
  disconnect: { fault: { kind: "disconnect" }, passes: true, unread: true, code: "model-unavailable" },
  malformed: { fault: { kind: "malformed" }, passes: true, unread: true, code: "model-unavailable" },
  truncated: { fault: { kind: "truncated" }, passes: true, unread: false, code: "model-unavailable" },
  hang: { fault: { kind: "hang" }, passes: true, unread: false, code: "model-unavailable" },
  "deaf hang": { fault: { kind: "hang", deaf: true }, passes: true, unread: false, code: "model-unavailable" },
};
const places: Place[] = ["start", "text", "tool-call", "end", "finish"];
const policies: Policy[] = ["retry", "failover", "give up", "abort"];

const TEXT = "Let me look that up for you.";
const good: MockAnswer = {
  text: TEXT,
  toolCalls: [{ name: "search", input: { query: "weather in Berlin" } }],
  usage: { inputTokens: 10, outputTokens: 20 },
};
const price = { input: 1_000_000, output: 1_000_000 };

interface Trial {
  readonly events: ModelEvent[];
  readonly calls: ModelCall[];
  readonly outcome: ModelReply | Error;
  readonly manager: LLMManager;
  readonly requests: number;
}

async function attempt(kind: Kind, at: Place, policy: Policy): Promise<Trial> {
  const clock = virtualClock();
  const bad: MockAnswer = { ...good, fault: { ...faults[kind].fault, at } as MockFault };
  const first = new MockProvider(policy === "retry" ? [bad, good] : [bad], {
    clock,
    model: "first",
    price,
    contextWindow: 1_000,
  });
  const second = new MockProvider([good], { clock, model: "second", price, contextWindow: 1_000 });
  const manager = new LLMManager({
    models: policy === "failover" ? [first, second] : [first],
    clock,
    retry: policy === "failover" || policy === "give up" ? 1 : 2,
    settings: { timeout: { firstToken: "10s", idle: "10s" } },
  });
  const controller = new AbortController();
  const enough = new Error("enough");
  const calls: ModelCall[] = [];
  const stream = manager.stream({
    messages: [userMessage("hi")],
    abortSignal: controller.signal,
    onCall: (call) => {
      calls.push(call);
      if (policy === "abort" && call.outcome === "failed" && faults[kind].passes) controller.abort(enough);
    },
  });
  const events: ModelEvent[] = [];
  const reading = read(stream, events);
  if (policy === "abort") {
    await clock.advance(0);
    controller.abort(enough);
  }
  await finish(clock, reading);
  return {
    events,
    calls,
    outcome: await stream.reply.catch((error: unknown) => error as Error),
    manager,
    requests: first.calls.length + second.calls.length,
  };
}

async function read(stream: AsyncIterable<ModelEvent>, into: ModelEvent[]): Promise<void> {
  try {
    for await (const event of stream) into.push(event);
  } catch {
    // The reply rejects with the same.
  }
}

async function finish(clock: VirtualClock, done: Promise<void>): Promise<void> {
  const end = Symbol("end");
  for (let round = 0; round < 50; round++) {
    if ((await Promise.race([done, clock.advance("10s").then(() => end)])) !== end) return;
  }
  throw new Error("it does not end");
}

/** What a reader shows in the end. */
function shown(events: readonly ModelEvent[]): string {
  let text = "";
  for (const event of events) {
    if (event.type === "text-delta") text += event.text;
    if (event.type === "reset") text = "";
  }
  return text;
}

function answered(trial: Trial): void {
  const reply = trial.outcome as ModelReply;
  expect(textOf(reply.message)).toBe(TEXT);
  expect(toolCallsOf(reply.message)).toMatchObject([{ name: "search", input: { query: "weather in Berlin" } }]);
  expect(shown(trial.events)).toBe(TEXT);
  expect(trial.events.filter(({ type }) => type === "finished")).toHaveLength(1);
  expect(reply.calls).toEqual(trial.calls);
  expect(trial.calls.at(-1)).toMatchObject({ outcome: "answered", usage: good.usage, cost: 30 });
}

function refused(trial: Trial, code: string, partial: string | undefined): void {
  const error = trial.outcome;
  if (!isModelError(error)) throw new Error("it is no error of a model", { cause: error });
  expect(error.code).toBe(code);
  expect(error.data.calls).toEqual(trial.calls);
  expect(error.data.partial === undefined ? undefined : textOf(error.data.partial)).toBe(partial);
  expect(trial.events.some(({ type }) => type === "finished")).toBe(false);
}

function counted(trial: Trial): void {
  expect(trial.requests).toBe(trial.calls.length);
  const { total } = trial.manager.usage();
  expect(total.calls).toBe(trial.calls.length);
  expect(total.failed).toBe(trial.calls.filter(({ outcome }) => outcome !== "answered").length);
  expect(total.estimated).toBe(trial.calls.filter(({ estimated }) => estimated).length);
  expect(total.cost).toBeCloseTo(trial.calls.reduce((sum, { cost = Number.NaN }) => sum + cost, 0));
}

describe.each(Object.keys(faults) as Kind[])("%s", (kind) => {
  const { passes, unread, code } = faults[kind];
  describe.each(places)("at %s", (at) => {
    const complete = at === "finish";
    const shownBefore = at === "start" ? undefined : at === "text" ? TEXT.slice(0, 16) : TEXT;

    test.each(policies)("%s", async (policy) => {
      const trial = await attempt(kind, at, policy);
      counted(trial);
      const [failed] = trial.calls;
      if (complete) {
        // Its answer was whole before anything went wrong.
        answered(trial);
        expect(trial.calls).toHaveLength(1);
        return;
      }
      // What it used: nothing where it was turned away, else by estimate.
      if (at === "start" && unread)
        expect(failed).toMatchObject({ usage: { inputTokens: 0, outputTokens: 0 }, cost: 0 });
      else {
        expect(failed).toMatchObject({ estimated: true });
        expect(failed?.usage.inputTokens).toBeGreaterThan(0);
        if (at !== "start") expect(failed?.usage.outputTokens).toBeGreaterThan(0);
      }
      const stuck = kind === "hang" || kind === "deaf hang";
      expect(failed?.outcome).toBe(policy === "abort" && stuck ? "aborted" : "failed");

      if (policy === "retry" && passes) {
        answered(trial);
        expect(trial.calls.map(({ model }) => model)).toEqual(["mock/first", "mock/first"]);
        expect(trial.events.some(({ type }) => type === "retried")).toBe(true);
        expect(trial.events.filter(({ type }) => type === "reset")).toHaveLength(at === "start" ? 0 : 1);
      } else if (policy === "failover") {
        answered(trial);
        expect(trial.calls.map(({ model }) => model)).toEqual(["mock/first", "mock/second"]);
        expect(trial.events).toContainEqual(
          expect.objectContaining({ type: "failed-over", from: "mock/first", to: "mock/second" }),
        );
        expect(trial.events.filter(({ type }) => type === "reset")).toHaveLength(at === "start" ? 0 : 1);
      } else if (policy === "abort" && passes) {
        refused(trial, "cancelled", shownBefore);
        expect(trial.calls).toHaveLength(1);
      } else {
        refused(trial, code, shownBefore);
        expect(trial.calls).toHaveLength(1);
      }
    });
  });
});
