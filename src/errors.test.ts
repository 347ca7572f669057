// Every error says what was expected, what came instead, and what to do about it. One row for each code: a row that is
// missing does not compile.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  agentRef,
  Aitor,
  type AitorErrorCode,
  Aitorflow,
  AitorHost,
  defineAgent,
  Budget,
  EmbeddedEngine,
  type Input,
  isAitorError,
  LLMManager,
  memoryJournal,
  parseMessage,
  ReactAgent,
  type Run,
  type Runnable,
  stepInDoubtError,
  task,
  TerminalError,
  TodoManager,
  TodoPlan,
  tool,
  ToolRegistry,
  userMessage,
} from "./index.ts";
import { clerkOf } from "./agent/agent.fixture.ts";
import { providerMissingError } from "./llm/format/errors.ts";
import { agentRefusedError, tooDeepError, unknownAgentError } from "./planning/sub-agents/sub-agent-errors.ts";
import { ReactMemory, ReasoningEngine } from "./reasoning/index.ts";
import { called } from "./reasoning/turn/hook-check.ts";
import { type MockAnswer, MockProvider, virtualClock } from "./testing/index.ts";
import { WorkerPool } from "./threads/index.ts";
import { unavailableError } from "./tools/schema/errors.ts";

interface Row {
  readonly produce: () => unknown;
  readonly expected: string;
  readonly got: string;
  readonly fix: string;
}

/** What does not come where "aitor" itself is imported, which provides the pool. */
type Elsewhere = "no-engine" | "no-thread-pool";

const definition = <Output>(execute: (run: Run) => Promise<Output>, name = "report"): Runnable<void, Output> => ({
  name,
  version: "1",
  execute,
});
const run = (execute: (run: Run) => Promise<unknown>): Promise<unknown> =>
  new EmbeddedEngine().run(definition(execute), undefined);
/** To look, then to buy. */
const { plan } = TodoPlan.empty()
  .at(0)
  .add([
    { id: "look", content: "look" },
    { id: "buy", content: "buy", dependsOn: ["look"] },
  ]);
const forever = (): Promise<never> => new Promise(() => {});

/** A run that was stopped, to be resumed with other code. */
async function resumed(first: (run: Run) => Promise<unknown>, second: Runnable<void, unknown>): Promise<unknown> {
  const journal = memoryJournal();
  const engine = new EmbeddedEngine({ journal });
  const handle = engine.start(
    definition(async (r) => (await first(r), r.step("wait", forever))),
    undefined,
    { id: "run-1" },
  );
  for await (const event of handle) if (event.type === "step-started" && event.key === "wait") break;
  await engine[Symbol.asyncDispose]();
  return (await new EmbeddedEngine({ journal }).resume(second, "run-1")).result;
}

async function timedOut(effect: "idempotent" | "once"): Promise<unknown> {
  const clock = virtualClock();
  const pay = definition((r) => r.step("pay", forever, { timeout: "5s", effect }));
  const result = new EmbeddedEngine({ clock }).run(pay, undefined);
  result.catch(() => {});
  await clock.advance("5s");
  return result;
}

/** A flow's error is about the task; the one of the code is its cause. */
async function causeOf(flow: Promise<unknown>): Promise<never> {
  return flow.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: unknown) => Promise.reject((error as Error).cause),
  );
}

/** A module that ends its worker with the exit code that it is given. */
const EXITS = new URL("./threads/exits.fixture.ts", import.meta.url).href;

async function inThread(module: string, input: readonly unknown[]): Promise<unknown> {
  await using pool = new WorkerPool({ threads: 1 });
  return await pool.run(new URL(module), input);
}

const Notes = defineAgent({
  name: "notes",
  memory: () => ({ seen: [] as string[] }),
  onReceive: (text: string, ctx) => ctx.memory.update((draft) => void draft.seen.push(text)),
});
/** Asks a model that always answers so, twice at most. */
async function asked(answer: MockAnswer): Promise<unknown> {
  const clock = virtualClock();
  const manager = new LLMManager({ models: [new MockProvider([answer])], clock, retry: 2 });
  const reply = manager.generate({ messages: [userMessage("hi")] });
  reply.catch(() => {});
  await clock.advance("1m");
  return reply;
}

const length = task("length", (text: string) => text.length);

const look = { name: "look", description: "Looks.", access: "read", input: z.object({}), run: () => 1 } as const;

const rows = {
  // a fork under an id that is in use
  "agent-exists": {
    produce: async () => {
      const host = new AitorHost();
      const notes = await host.open(Notes, "a");
      await (await host.open(Notes, "b")).ask("x");
      return notes.fork("b");
    },
    expected: "an id that no agent of this definition has",
    got: '"b"',
    fix: "give the fork another id, or delete that agent first",
  },
  // an ask of an agent whose code has changed in the middle of a message
  "agent-halted": {
    produce: async () => {
      const clock = virtualClock();
      const journal = memoryJournal();
      const host = new AitorHost({ journal, clock });
      await (await host.open(clerkOf("old"), "a")).tell("first", { id: "m1" });
      await clock.advance(0);
      await host.shutdown({ deadline: 0 });
      return (await new AitorHost({ journal, clock }).open(clerkOf("new"), "a")).ask("first", { id: "m1" });
    },
    expected: "an agent that goes on",
    got: 'one whose run "clerk/a/m1" stopped without an ending on record',
    fix: "see the cause; mend it and start again, resume the run (aitor resume clerk/a/m1), or give it up (aitor cancel clerk/a/m1); this message keeps its place, and its reply can be asked for again under its id",
  },
  // a message to an agent that waits for an answer and lets nobody wait
  "agent-suspended": {
    produce: async () => {
      const clock = virtualClock();
      const asker = defineAgent({
        name: "asker",
        memory: () => 0,
        whileSuspended: "reject",
        onReceive: async (_: string, ctx) => ctx.waitFor<string>("approval"),
      });
      const agent = await new AitorHost({ clock }).open(asker, "a");
      await agent.tell("first", { id: "m1" });
      await clock.advance(0);
      return agent.tell("second");
    },
    expected: "an agent that is free, or that lets messages wait",
    got: 'one whose run "asker/a/m1" waits for "approval"',
    fix: `answer that (aitor answer asker/a/m1 approval --value …), or let messages wait: whileSuspended: "wait"`,
  },
  // two definitions of one name
  "agent-taken": {
    produce: () =>
      new AitorHost({ agents: [Notes, defineAgent({ name: "notes", memory: () => 0, onReceive: () => 0 })] }),
    expected: "one definition of each name on a host",
    got: 'a second one named "notes"',
    fix: "define it once (defineAgent, or a class that has its name itself, not by super) and open it under several ids (host.open), or give it another name",
  },
  // a class without a handler
  "agent-undefined": {
    produce: () => {
      class Empty extends Aitor<number, string, string> {
        override readonly name = "empty";
        protected override memory(): number {
          return 0;
        }
      }
      return new Empty().ask("x");
    },
    expected: "a definition (defineAgent), or a class that extends Aitor and has a name, memory and onReceive",
    got: "class Empty, which has no onReceive",
    fix: "give it one: override onReceive in class Empty",
  },
  // an agent that asks the one that asks it
  "ask-cycle": {
    produce: async () => {
      const self = defineAgent({
        name: "self",
        memory: () => 0,
        onReceive: async (_: string, ctx): Promise<string> => ctx.ask(agentRef<string, string>("self"), "a", "again"),
      });
      const agent = await new AitorHost().open(self, "a");
      return agent.ask("x").catch((error: unknown) => Promise.reject((error as Error).cause));
    },
    expected: "an agent that does not wait, over others or at once, for the one that asks it",
    got: 'a cycle of asks: self "a" → self "a"',
    fix: "use tell in one of them, which waits for nothing but a place in a full mailbox, or give the asked agent in the message what it needs to know",
  },
  // no reply by the deadline
  "ask-timeout": {
    produce: async () => {
      const clock = virtualClock();
      const slow = defineAgent({ name: "slow", memory: () => 0, onReceive: (): Promise<string> => forever() });
      const agent = await new AitorHost({ clock }).open(slow, "a");
      const reply = agent.ask(undefined, { deadline: "5s" });
      reply.catch(() => {});
      await clock.advance("5s");
      return reply;
    },
    expected: "a reply within 5000 ms",
    got: "none by then; the message was withdrawn",
    fix: "give it a longer deadline, or use tell and look at the result later; sent again under its id it stays withdrawn",
  },
  // a host that was shut down
  "host-closed": {
    produce: async () => {
      const host = new AitorHost();
      await host.shutdown();
      return host.open(Notes, "a");
    },
    expected: "an open host",
    got: "a call after its shutdown",
    fix: "shut it down after its last use, or open the agent on a new host",
  },
  // more messages than may wait
  "mailbox-full": {
    produce: async () => {
      const mailbox = { limit: 1, whenFull: "reject" } as const;
      const slow = defineAgent({ name: "slow", memory: () => 0, mailbox, onReceive: (): Promise<string> => forever() });
      const agent = await new AitorHost().open(slow, "a");
      return Promise.all([agent.tell(), agent.tell(), agent.tell(), agent.tell()]);
    },
    expected: "fewer than 1 messages that wait",
    got: "1",
    fix: 'send later, raise mailbox.limit, or let senders wait: mailbox: { whenFull: "wait" }',
  },
  // memory that is changed inside a step
  "memory-busy": {
    produce: async () => {
      const greedy = defineAgent({
        name: "greedy",
        memory: () => 0,
        onReceive: async (_: string, ctx) => ctx.step("count", () => ctx.memory.update(() => 1)),
      });
      const agent = await new AitorHost().open(greedy, "a");
      return agent.ask("x").catch((error: unknown) => Promise.reject((error as Error).cause));
    },
    expected: "a change by the handler itself, or a turn of its loop, with nothing open beside it",
    got: "one inside a step's function, a branch, a flow or another change, beside a step that is open, or after the handler's end",
    fix: "return what it found, await it, and change the memory then: a resumed run does not call a finished step again",
  },
  // memory as it was before its history began anew
  "history-not-kept": {
    produce: async () => {
      const notes = await new AitorHost({ history: 1 }).open(Notes, "a");
      await notes.ask("x");
      await notes.update(() => {}); // its turn comes when the history has begun anew
      return notes.fork("b", { at: 0 });
    },
    expected: "a commit from 5 on, where its history began anew, or a run that began after it",
    got: "commit 0",
    fix: "ask a backup of the journal, and let the host keep more changes (history) from now on",
  },
  // a fork at what is no commit
  "commit-unknown": {
    produce: async () => {
      const notes = await new AitorHost().open(Notes, "a");
      await notes.ask("x");
      return notes.fork("b", { at: 99 });
    },
    expected: "the seq of a memory-changed event of this agent, or 0 for its memory before the first",
    got: "99",
    fix: "take one that observers were told, or list them: aitor memory notes a --commits",
  },
  // something else that is imported as memory
  "memory-file": {
    produce: async () => (await new AitorHost().open(Notes, "a")).importMemory({ seen: [] }),
    expected: 'what exportMemory gave: { format: "aitor-memory", v: 1, version, value, … }',
    got: "an object with the format undefined",
    fix: "import what exportMemory, or aitor memory --export, gave, unchanged",
  },
  // a change of memory that is a fold
  "memory-folded": {
    produce: async () => {
      const log = defineAgent({
        name: "log",
        fold: { initial: () => 0, apply: (n: number) => n + 1 },
        onReceive: (_: string, ctx) => ctx.memory.update(() => 1),
      });
      return (await new AitorHost().open(log, "a")).ask("x");
    },
    expected: "an event that its apply function makes memory of",
    got: "a call of update",
    fix: "record an event in a step (step.record), or give the agent memory in place of a fold",
  },
  // an engine in an agent whose memory it did not give
  "memory-not-followed": {
    produce: async () => {
      const engine = new ReasoningEngine({ llm: new LLMManager({ models: [new MockProvider(["ok"])] }) });
      const own = defineAgent({
        name: "own",
        ...engine.memory(),
        fold: { initial: () => ReactMemory.empty({}, {}), apply: (memory: ReactMemory) => memory },
        onReceive: (problem: string, ctx) => engine.solve(ctx, { problem }),
      });
      return (await new AitorHost().open(own, "a")).ask("Well?");
    },
    expected: "memory that is made of the run's events, as engine.memory() gives it",
    got: "one in which what is asked does not stand",
    fix: "define the agent with it in place of memory, fold and codec: defineAgent({ name, ...engine.memory(), onReceive })",
  },
  // a hook that throws, on record
  "hook-failed": {
    produce: () => called("beforeModel", () => Promise.reject(new Error("no such turn"))),
    expected: "a hook that returns",
    got: "no such turn",
    fix: "see its cause",
  },
  // a run that is no dead letter
  "not-a-dead-letter": {
    produce: () => new AitorHost().sendAgain("notes/a/m1"),
    expected: "the run of a message that was set aside, or that failed and had nobody to tell",
    got: "no message of that run",
    fix: "list them: host.deadLetters(), aitor dead-letters",
  },
  // a second step of a name while the first is open
  "ambiguous-step": {
    produce: () => run((r) => Promise.all([r.step("fetch", forever), r.step("fetch", forever)])),
    expected: "one open step or branch of a name in a scope, so that a resumed run can tell them apart",
    got: 'a second "fetch"',
    fix: "await the first, or give each a key: run.step({ name, key }, …), or do them in branches: run.all([{ name, run }])",
  },
  // bytes that were never put
  "blob-missing": {
    produce: () => memoryJournal().blobs.get({ blob: "00ff", size: 1 }),
    expected: "the reference of a blob that was put into this journal",
    got: "00ff",
    fix: "read it from the journal that it was put into",
  },
  // a step of the outer run in a branch
  "branch-open": {
    produce: () => run((r) => r.all([{ name: "left", run: () => r.step("fetch", forever) }])),
    expected: "effects through the run that the branch or turn was given",
    got: "an effect through the outer run",
    fix: "use the run that the branch or turn is given: run.all([{ name, run: (branch) => branch.step(…) }])",
  },
  // a budget without enough left
  "budget-exceeded": {
    produce: () => new Budget({ tokens: 100 }).reserve({ tokens: 150 }),
    expected: "at most 100 tokens",
    got: "0 spent, 100 left, 150 wanted",
    fix: 'raise the limit "tokens", or go on with what there is',
  },
  // a cancelled run
  cancelled: {
    produce: async () => {
      const handle = new EmbeddedEngine().start(definition(forever), undefined, { id: "run-1" });
      await handle.cancel("enough");
      return handle.result;
    },
    expected: "no cancellation before the end",
    got: "a cancellation because of: enough",
    fix: "start it again if it is still wanted",
  },
  // a history that is longer than the model reads
  "context-overflow": {
    produce: () => asked({ fault: { kind: "status", status: 400, at: "start", message: "maximum context length" } }),
    expected: "a history that fits into the model's context window",
    got: '"mock/scripted" was asked once, at last: maximum context length (HTTP 400)',
    fix: "shorten the history, or fail over to a model with a larger context window",
  },
  // a message to a definition that the engine was not given
  "definition-unknown": {
    produce: () =>
      new EmbeddedEngine({ definitions: [definition(forever)] }).send({ name: "invoice", id: "user-1" }, "hello"),
    expected: 'one of "report"',
    got: '"invoice"',
    fix: "give it to the engine: new EmbeddedEngine({ journal, definitions: [ … ] }); an agent, to the host: host.open(…); to the command: export it beside the agent that sends",
  },
  // a run on a disposed engine
  "engine-closed": {
    produce: async () => {
      const engine = new EmbeddedEngine();
      await engine[Symbol.asyncDispose]();
      return engine.run(definition(forever), undefined);
    },
    expected: "an open engine",
    got: "a run on an engine that was disposed",
    fix: "dispose the engine after its runs, or resume the run on another engine",
  },
  // a handle of another flow
  "foreign-handle": {
    produce: () =>
      Aitorflow.define("one", (one, text: Input<string>) => {
        const handle = one.add(length, text);
        Aitorflow.define("two", (two) =>
          two.add(
            task("double", (n: number) => n * 2),
            handle,
          ),
        );
        return handle;
      }),
    expected: 'a handle that flow "two" gave out',
    got: '"length"',
    fix: "add the task to this flow too, and use the handle that this returns",
  },
  // a time-out that is none
  "invalid-duration": {
    produce: () => task("fetch", forever, { timeout: "soon" as never }),
    expected: 'a number of milliseconds ≥ 0, or a text such as "250ms", "30s", "5m", "1h" or "7d"',
    got: '"soon"',
    fix: "correct the value",
  },
  // a name that stands twice
  "invalid-flow": {
    produce: () => new Aitorflow("twice", length.to(task("length", (n: number) => n))).run("text"),
    expected: "a graph of known tasks, at least one, each named once and reached, without a cycle",
    got: 'the name "length" stands 2 times; a cycle: length → length',
    fix: 'give a task that stands twice another name: task.as("other"); take one edge out of each cycle',
  },
  // an input that does not fit its schema
  "invalid-input": {
    produce: () =>
      causeOf(
        new Aitorflow(
          "checked",
          task("length", (text: string) => text.length, { input: z.string() }),
        ).run(5 as never),
      ),
    expected: "Invalid input: expected string, received number",
    got: "number 5",
    fix: "correct the value, or the schema if the value is right",
  },
  // a message of another version
  "invalid-message": {
    produce: () => parseMessage({ v: 2, id: "m1", role: "user", parts: [] }),
    expected: "the version 1",
    got: "number 2",
    fix: "make messages with userMessage, assistantMessage, toolMessage and systemMessage, or migrate what was kept",
  },
  // an option that there is not
  "invalid-option": {
    produce: () => new EmbeddedEngine({ retain: "some" as never }),
    expected: '"all" or "nothing"',
    got: '"some"',
    fix: "correct the option",
  },
  // an output that does not fit its schema
  "invalid-output": {
    produce: () =>
      causeOf(
        new Aitorflow(
          "checked",
          task("length", (text: string) => text.length, { output: z.number().max(3) }),
        ).run("text"),
      ),
    expected: "Too big: expected number to be <=3",
    got: "number 4",
    fix: "correct the value, or the schema if the value is right",
  },
  // a turn that does not say how to go on
  "invalid-value": {
    produce: () => run((r) => r.loop("agent", 0, async () => 5 as never)),
    expected: "{ next: state } for another turn, or { done: result } at the end",
    got: "number 5",
    fix: "return one of the two from the turn's function",
  },
  // a tool that asks for more than there is
  "isolation-unavailable": {
    produce: () => tool({ ...look, isolation: "process" as never }),
    expected: '"none": tools run in this process, with all that it may do',
    got: '"process"',
    fix: "do not run there what you would not run in your own process; leave the option out if you would",
  },
  // an append to a closed journal
  "journal-closed": {
    produce: async () => {
      const journal = memoryJournal();
      await journal.close();
      await journal.append([]);
    },
    expected: "an open journal",
    got: "a call after close()",
    fix: "close the journal after everything that writes to it, or open a new one",
  },
  // an append to a stream that somebody else wrote to
  "journal-conflict": {
    produce: () => memoryJournal().append([], { expect: { "run-1": 5 } }),
    expected: "event 5 as the last one",
    got: "a stream without events",
    fix: "read the stream again and decide anew",
  },
  // a model by name without its key
  "key-missing": {
    produce: () => new LLMManager({ models: ["cerebras/some-model"] }).generate({ messages: [userMessage("hi")] }),
    expected: 'a key in the environment variable CEREBRAS_API_KEY, or in the option "keys" of the model',
    got: "neither",
    fix: 'set CEREBRAS_API_KEY, or give the key: { model: "cerebras/some-model", keys: [new Secret(…)] }',
  },
  // a key that its provider does not accept
  "key-refused": {
    produce: () => asked({ fault: { kind: "status", status: 401, at: "start" } }),
    expected: "a key that the provider accepts, and an account with something left",
    got: '"mock/scripted" was asked once, at last: HTTP 401 (HTTP 401)',
    fix: "check the key and its account",
  },
  // a message that kills its process each time it is begun
  "message-set-aside": {
    produce: async () => {
      const journal = memoryJournal();
      const to = { name: "report", id: "user-1" };
      const clock = virtualClock();
      const open = (): EmbeddedEngine =>
        new EmbeddedEngine({ journal, clock, attempts: 1, definitions: [definition(forever)] });
      const { run: id } = await open().send(to, "hello", { id: "message-1" });
      await clock.advance(0);
      await open().recover();
      await clock.advance(0);
      return (await open().resume(definition(forever), id)).result;
    },
    expected: "its handling to get further each time it is begun",
    got: "1 beginnings, in none of which it got further before its process died",
    fix: "find out what kills the process (memory, a native crash, an endless loop), then send the message again",
  },
  // a schema that cannot be shown to a model
  "no-json-schema": {
    produce: () => tool({ ...look, input: z.object({ at: z.date() }) }),
    expected: "a Standard Schema that gives its JSON Schema, or a JSON Schema",
    got: "Date cannot be represented in JSON Schema",
    fix: "use what JSON has: numbers, texts, booleans, null, lists, objects; a date as a text",
  },
  // a request that no model takes
  "model-refused": {
    produce: () => asked({ fault: { kind: "status", status: 422, at: "start", message: "no such tool" } }),
    expected: "a request that the provider accepts",
    got: '"mock/scripted" was asked once, at last: no such tool (HTTP 422)',
    fix: "see what the provider says, and correct the request",
  },
  // a provider's bad hour
  "model-unavailable": {
    produce: () => asked({ fault: { kind: "disconnect", at: "text" }, text: "hello world" }),
    expected: "an answer within the attempts and the time for them",
    got: '"mock/scripted" was asked 2 times, at last: terminated',
    fix: "try again later, or give the manager another model to fail over to",
  },
  // a model that the manager was not given
  "model-unknown": {
    produce: () => (new LLMManager({ models: [new MockProvider(["ok"])] }).default = "gpt"),
    expected: 'one of "mock/scripted"',
    got: '"gpt"',
    fix: "correct the name, or add the model: manager.add(…)",
  },
  // a result that a journal cannot keep
  "not-json": {
    produce: () => run((r) => r.step("fetch", () => ({ rows: [{ at: new Date(0) }] }))),
    expected: "null, a boolean, a finite number, a string, or an array or plain object of these",
    got: "an instance of Date",
    fix: "use plain data: a Date as its toISOString(), a Map as an array of entries, a match as [...match], undefined in a list as null",
  },
  // an answer that nobody waits for
  "no-answer": {
    produce: () => {
      const llm = new LLMManager({ models: [new MockProvider([""])], retry: 1 });
      return new ReactAgent({ name: "solver", llm, limits: { errors: 1 } }).chat("Well?");
    },
    expected: "an answer",
    got: 'a run that ended as "limited" (errors)',
    fix: "use solve, which tells how a run ended; aitor show shows its steps",
  },
  "not-under-way": {
    produce: async () => {
      const engine = new EmbeddedEngine();
      const handle = engine.start(
        definition(async () => null),
        undefined,
        { id: "run-1" },
      );
      await handle.result;
      await engine.note("run-1", "budget-raised", {});
    },
    expected: "a run that has begun and has not ended",
    got: "one that is finished",
    fix: "send a new message, or start a new run",
  },
  "not-waiting": {
    produce: async () => {
      const clock = virtualClock();
      const engine = new EmbeddedEngine({ clock });
      engine.start(
        definition((r) => r.waitFor("approval")),
        undefined,
        { id: "run-1" },
      );
      await clock.advance(0);
      await engine.answer("run-1", "payment", { value: true });
    },
    expected: 'the key, or the unambiguous name, of one of "approval"',
    got: '"payment"',
    fix: "look at what it waits for (aitor show), and answer that; what has been answered or has expired is done",
  },
  // an answer that is not what was asked for
  "output-invalid": {
    produce: () =>
      new LLMManager({ models: [new MockProvider(["no idea"])] }).generateObject({
        messages: [userMessage("hi")],
        schema: z.object({ city: z.string() }),
        repairs: 0,
      }),
    expected: "It holds no JSON value.",
    got: '"no idea"',
    fix: "make the schema simpler, describe its fields, allow more repairs or a larger maxOutputTokens, or take a stronger model",
  },
  // a limit in dollars for a model that has no price
  "price-unknown": {
    produce: () => new LLMManager({ models: [new MockProvider(["ok"])] }).checkBudget({ usd: 1 }),
    expected: 'models whose price is in the price data or in the option "price"',
    got: "no price of mock/scripted",
    fix: 'give the price: { model: "mock/scripted", price: { input: 0.25, output: 2 } } (US dollars for a million tokens), or limit tokens',
  },
  // a model by name whose package is not installed
  "provider-missing": {
    produce: () => Promise.reject(providerMissingError("openai/gpt-5-mini", "@ai-sdk/openai", undefined)),
    expected: "the package @ai-sdk/openai, an optional peer of aitor",
    got: "no such package",
    fix: "npm install @ai-sdk/openai zod",
  },
  // more requests than its provider takes
  "rate-limited": {
    produce: () => asked({ fault: { kind: "status", status: 429, at: "start" } }),
    expected: "room for one more request within the time for attempts",
    got: '"mock/scripted" was asked 2 times, at last: HTTP 429 (HTTP 429)',
    fix: "try again later, give more keys, or lower concurrency",
  },
  // an id that is taken
  "run-exists": {
    produce: async () => {
      const engine = new EmbeddedEngine();
      await engine.run(
        definition(async () => 1),
        undefined,
        { id: "run-1" },
      );
      await engine.run(
        definition(async () => 2),
        undefined,
        { id: "run-1" },
      );
    },
    expected: "an id that no run of this journal has",
    got: '"run-1"',
    fix: "resume that run, or start one under another id; without an id it gets one of its own",
  },
  // another definition
  "run-mismatch": {
    produce: () => resumed(async () => 1, definition(forever, "invoice")),
    expected: '"report", with which it was started',
    got: '"invoice"',
    fix: "resume it with the definition that started it",
  },
  // the run of a message behind another one
  "not-its-turn": {
    produce: async () => {
      const clerk = { ...definition((r) => r.waitFor("approval")), name: "clerk" };
      const engine = new EmbeddedEngine({ definitions: [clerk] });
      for (const id of ["m1", "m2"]) await engine.send({ name: "clerk", id: "a" }, null, { id });
      return engine.resume(clerk, "clerk/a/m2");
    },
    expected: 'the message to clerk "a" that comes first',
    got: 'one behind that of run "clerk/a/m1", which has not ended',
    fix: "go on with that one first (aitor resume clerk/a/m1), or cancel it; where the agent's host is open it handles them in order, and who asks again under the message's id gets its reply",
  },
  // a run that two engines go on with
  "run-taken": {
    produce: async () => {
      const journal = memoryJournal();
      const clock = virtualClock();
      const wait = definition((r) => r.sleep("1h"));
      new EmbeddedEngine({ journal, clock }).start(wait, undefined, { id: "run-1" });
      await clock.advance(0);
      const both = [new EmbeddedEngine({ journal, clock }), new EmbeddedEngine({ journal, clock })];
      const handles = await Promise.all(both.map((engine) => engine.resume(wait, "run-1")));
      return Promise.race(handles.map(({ result }) => result));
    },
    expected: "a run that nobody else has written to since it was read",
    got: "new events of it",
    fix: "leave it to that engine; two engines on one journal must not resume the same run",
  },
  // an id of no run
  "run-unknown": {
    produce: () => new EmbeddedEngine().resume(definition(forever), "run-1"),
    expected: "the id of a run in this journal",
    got: '"run-1"',
    fix: "check the id and the journal, or start the run",
  },
  // a signal that nobody answers
  "signal-expired": {
    produce: async () => {
      const clock = virtualClock();
      const ask = definition((r) => r.waitFor("approval", { deadline: "5s" }));
      const result = new EmbeddedEngine({ clock }).run(ask, undefined);
      result.catch(() => {});
      await clock.advance("5s");
      return result;
    },
    expected: "an answer within 5000 ms",
    got: "none by then",
    fix: "catch this error and go on without an answer, or give the signal a longer deadline",
  },
  // a step whose function throws
  "step-failed": {
    produce: () => run((r) => r.step("fetch", () => Promise.reject(new Error("no route to host")))),
    expected: "the step's function to return a result",
    got: "no route to host",
    fix: "see the cause; give the step a retry if it can succeed later",
  },
  // a step that must run once, and was cut off
  "run-not-finished": {
    produce: async () => {
      const waiting = defineAgent({
        name: "waiter",
        memory: () => 0,
        onReceive: (_: string, ctx) => ctx.waitFor("word"),
      });
      const host = new AitorHost({ agents: [waiting] });
      const agent = await host.open(waiting, "1");
      void agent.ask("wait", { id: "m" }).catch(() => {});
      while ((await agent.pending()).length === 0) await new Promise((resolve) => void setImmediate(resolve));
      await host.runs.replay(waiting, "waiter/1/m");
    },
    expected: "a run that has finished, or failed",
    got: "one whose last event is run-suspended",
    fix: "let it finish, or replay another one",
  },
  "step-in-doubt": {
    produce: () => timedOut("once"),
    expected: "a recorded outcome of a step that must not run twice",
    got: "its intent alone",
    fix: "find out from the other side whether it happened (by its idempotency key) before anything repeats it",
  },
  // another input than the one on record
  "step-mismatch": {
    produce: () =>
      resumed(
        (r) => r.step("fetch", () => 1, { input: "a" }),
        definition((r) => r.step("fetch", () => 1, { input: "b" })),
      ),
    expected: "an input with the hash ac8d8342bbb2362d13f0a559a3621bb4",
    got: "an input with the hash c100f95c1913f9c72fc1f4ef0847e1e7",
    fix: "resume it with the code that recorded it, fork it from its last commit point (engine.fork), or cancel it",
  },
  // a step that takes too long
  "step-timeout": {
    produce: () => timedOut("idempotent"),
    expected: "a result within 5000 ms",
    got: "none by then",
    fix: "give the step a longer timeout or a retry; where its function runs in no worker thread, let it obey step.abortSignal",
  },
  // a task that fails
  "task-failed": {
    produce: () =>
      new Aitorflow(
        "one",
        task("length", (_text: string) => Promise.reject(new Error("no text"))),
      ).run("text"),
    expected: "every task to finish",
    got: "no text",
    fix: "see the cause; what had finished is in the error's results",
  },
  // a failure that no retry can help
  terminal: {
    produce: () => run((r) => r.step("fetch", () => Promise.reject(new TerminalError("the page is gone")))),
    expected: "the step's function to return a result",
    got: "the page is gone",
    fix: "see the cause; trying again cannot help",
  },
  // an input that cannot be copied between threads
  "thread-clone": {
    produce: () => inThread(EXITS, [() => 5]),
    expected:
      "what can be copied between threads: plain objects, arrays, dates, maps, sets, buffers; no functions, nothing thousands of levels deep",
    got: "function (anonymous): () => 5 could not be cloned.",
    fix: "pass plain data; what holds functions, sockets or handles is made inside of the module",
  },
  // a worker that exits
  "thread-died": {
    produce: () => inThread(EXITS, [3]),
    expected: "a function that returns or throws",
    got: "the worker's exit with code 3",
    fix: "take process.exit out of the module and what it imports, and do not end its worker from outside",
  },
  // a module that is not there
  "thread-module": {
    produce: () => inThread("file:///nowhere/hash.ts", []),
    expected: "a module at this URL",
    got: "file:///nowhere/hash.ts",
    fix: 'correct the path: new URL("./hash.ts", import.meta.url); what a bundler writes must hold the file too',
  },
  // a worker that is ended before it has started
  "thread-unavailable": {
    produce: () => {
      process.once("worker", (worker) => void worker.terminate());
      return inThread(EXITS, [3]);
    },
    expected: "a worker thread that starts",
    got: "one that ended while it started",
    fix: "see the cause: Node's permissions, its options, or the system's limits on threads and memory",
  },
  // a pool that was disposed
  "threads-closed": {
    produce: async () => {
      const pool = new WorkerPool();
      await pool[Symbol.asyncDispose]();
      return pool.run(new URL(EXITS), [3]);
    },
    expected: "an open pool",
    got: "one that was disposed",
    fix: "dispose the pool after its calls",
  },
  // a tool whose name is taken
  "tool-exists": {
    produce: () => new ToolRegistry({ tools: [tool(look), tool(look)] }),
    expected: "a name that no tool has for the same tenant; none stands in the place of a shared one",
    got: '"look", which is everybody\'s',
    fix: "give it another name, or unregister the other one first",
  },
  // a tool that cannot be made
  // models read it of a call
  "tool-unavailable": {
    produce: () => Promise.reject(unavailableError("look", 'it could not be made for tenant "acme": no credentials')),
    expected: "a tool that is registered and can be opened",
    got: 'it could not be made for tenant "acme": no credentials',
    fix: "try again later, or go on without it",
  },
  // a plan from somewhere else
  "invalid-plan": {
    produce: () => TodoPlan.fromJSON({ version: 2, added: 0, dropped: 0, todos: [] }),
    expected: "version 1",
    got: "number 2",
    fix: "give it what plan.toJSON() gave",
  },
  // a todo without content
  "invalid-todo": {
    produce: () => plan.at(1).add({ content: "" }),
    expected: "a text of 1 to 10000 characters that is not blank",
    got: '""',
    fix: "correct it; nothing of the call was done",
  },
  // a command on the manager inside its batch
  "plan-changing": {
    produce: () => {
      const todos = new TodoManager();
      todos.batch(() => void todos.add({ content: "look" }));
    },
    expected: "commands on the plan that the function is given",
    got: "a command on its TodoManager",
    fix: "use the function's argument: todos.batch((plan) => { plan.add(…) })",
  },
  // more todos than a plan may have
  "plan-full": {
    produce: () =>
      TodoPlan.empty({ maxTodos: 1 })
        .at(1)
        .add([{ content: "look" }, { content: "buy" }]),
    expected: "at most 1 todos",
    got: "2",
    fix: "drop what is over or no longer needed, or add fewer and larger todos",
  },
  // a todo below too many others
  "plan-too-deep": {
    produce: () =>
      TodoPlan.empty({ maxDepth: 1 })
        .at(1)
        .add([
          { id: "look", content: "look" },
          { content: "buy", parent: "look" },
        ]),
    expected: "at most 1 levels",
    got: "level 2",
    fix: "put it beside its parent, and let it depend on what it needs",
  },
  // todos that wait for each other
  "todo-cycle": {
    produce: () => plan.at(1).edit("look", { dependsOn: ["buy"] }),
    expected:
      "no cycle: a todo waits for what it depends on, a parent for its children, these for what the parent depends on",
    got: "look → buy → look",
    fix: "leave out one of these dependencies",
  },
  // an id that is taken
  "todo-exists": {
    produce: () => plan.at(1).add({ id: "look", content: "look again" }),
    expected: "an id that no todo of the plan has, once in a call",
    got: '"look"',
    fix: "give it another id, or none: then it gets one",
  },
  // a todo with parts that is completed itself
  "todo-has-children": {
    produce: () =>
      plan
        .at(1)
        .split("look", [{ id: "map", content: "read the map" }])
        .plan.at(2)
        .complete("look"),
    expected: "a todo without children",
    got: 'one with "map"',
    fix: "do this to its children",
  },
  // a todo that is dropped, and needed
  "todo-needed": {
    produce: () => plan.at(1).drop("look", { reason: "known" }),
    expected: "a todo that nothing depends on that is still to be done",
    got: 'one that "buy" depends on',
    fix: 'drop those too (dependents: "drop"), or let them go on without it (dependents: "release")',
  },
  // a todo that is begun too early
  "todo-not-ready": {
    produce: () => plan.at(1).start("buy"),
    expected: "a todo of which all that it depends on is completed or skipped",
    got: 'one that waits for "look"',
    fix: "finish or skip those first, or edit what it depends on",
  },
  // a todo that is over
  "todo-status": {
    produce: () => plan.at(1).complete("look").plan.at(2).start("look"),
    expected: "a todo that is not over",
    got: "one that is completed",
    fix: "reopen it first, if it is to be done again",
  },
  // a todo that is not in the plan
  "unknown-todo": {
    produce: () => plan.at(1).start("pay"),
    expected: 'one of "buy", "look"',
    got: '"pay"',
    fix: "use an id of the plan, or add the todo first",
  },
  // models read these of the tools of a planning agent
  "unknown-agent": {
    produce: () => Promise.reject(unknownAgentError("painter", ["worker", "writer"])),
    expected: "one of worker, writer",
    got: '"painter"',
    fix: "name one of these, or make it first (subagent_create)",
  },
  "agent-refused": {
    produce: () => Promise.reject(agentRefusedError("thief", "tools among look, read", "pay")),
    expected: "tools among look, read",
    got: "pay",
    fix: "make it of what you have yourself, or choose one that there is (subagent_list)",
  },
  "agents-too-deep": {
    produce: () => Promise.reject(tooDeepError(2)),
    expected: "at most 2 levels of sub-agents",
    got: "one more",
    fix: "do the todo yourself, and mark it (plan_mark)",
  },
} satisfies Record<Exclude<AitorErrorCode, Elsewhere>, Row>;

describe("the error", () => {
  test.each(Object.entries<Row>(rows))("%s", async (code, { produce, expected, got, fix }) => {
    const error = await (async () => produce())().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!isAitorError(error)) throw new Error("it did not come", { cause: error });
    expect({ code: error.code, expected: error.expected, got: error.got, fix: error.fix }).toEqual({
      code,
      expected,
      got,
      fix,
    });
    expect(error.message.split("\n").slice(1)).toEqual([`  expected: ${expected}`, `  got: ${got}`, `  fix: ${fix}`]);
  });
});

test("a step says by stepInDoubtError that it is in doubt", async () => {
  const engine = new EmbeddedEngine({ inDoubt: "fail" });
  const unsure = () => Promise.reject(stepInDoubtError("pay", "no answer came"));
  const pay: Runnable<void, unknown> = {
    name: "p",
    version: "1",
    execute: (r) => r.step("pay", unsure, { effect: "once" }),
  };
  await expect(engine.run(pay, undefined)).rejects.toMatchObject({ code: "step-in-doubt" });
});
