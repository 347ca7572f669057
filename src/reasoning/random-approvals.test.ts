// Calls made side by side, some of which a person has to approve, while people approve, edit, reject, answer wrongly or too late,
// and processes die and come back
// - each call is made at most once, and none is lost: each has its result, in the order of the calls
// - what was acknowledged holds: an approved call is made with what was shown, an edited one with the edited arguments, one that was
//   rejected, or that nobody approved in time, is not made
// - an answer with another hash, edited arguments that do not fit, and a late answer are refused, and change nothing
// - each history that the model is shown is legal; a reply on record is not paid again
// A failing sequence prints itself, with its seed. AITOR_SEEDS=1000 for a long run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { AitorHost } from "../agent/index.ts";
import { journals } from "../engine/journals.fixture.ts";
import type { Journal } from "../journal/index.ts";
import { LLMManager, promptFaults, type ProviderCall } from "../llm/index.ts";
import { sqliteJournal } from "../sqlite/index.ts";
import { crashingJournal, type CrashPoint, MockProvider, type MockReply, virtualClock } from "../testing/index.ts";
import { type AnyTool, tool } from "../tools/index.ts";
import type { PendingApproval } from "./turn/pending-approval.ts";
import type { ReactAgent } from "./react-agent.ts";
import type { ReactResult } from "./result/react-result.ts";
import { subject } from "./reasoning.fixture.ts";

const SEEDS = Number(process.env["AITOR_SEEDS"] ?? 60);

/** `pay` and `look` ask a person, `note` does not; `look` only reads, and the others must not happen twice. */
type ToolName = "pay" | "look" | "note";

interface Plan {
  /** The calls of each turn. */
  readonly turns: readonly (readonly ToolName[])[];
  readonly parallel: number;
  readonly ops: readonly Op[];
}

type Op =
  | { readonly does: "approve" | "edit" | "reject" | "forge" | "misfit" | "repeat"; readonly which: number }
  | { readonly does: "crash"; readonly appends: number; readonly when: CrashPoint["when"] }
  | { readonly does: "restart" | "wait" | "expire" };

/** What a person may have decided of a call. */
type Decision = { readonly how: "approved" | "rejected" | "late" } | { readonly how: "edited"; readonly n: number };

const which = fc.nat(7);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constantFrom("approve" as const, "edit", "reject"), which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom("forge" as const, "misfit", "repeat"), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant("crash" as const),
      appends: fc.nat(8),
      when: fc.constantFrom("before" as const, "after"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom("restart" as const, "wait") }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("expire" as const) }) },
);
const plans: fc.Arbitrary<Plan> = fc.record({
  turns: fc.array(fc.array(fc.constantFrom<ToolName>("pay", "pay", "look", "note"), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  }),
  parallel: fc.integer({ min: 1, max: 4 }),
  ops: fc.array(op, { maxLength: 14, size: "max" }),
});

/** A call's only argument says which one it is; an edit adds this. */
const EDITED = 500;

/** What happens outside of the journal, and outlives processes. */
interface World {
  readonly plan: Plan;
  /** By step, the arguments of each time it was called. */
  readonly called: Map<string, number[]>;
  readonly replies: Map<number, number>;
  readonly decided: Map<number, { readonly decision: Decision; readonly sure: boolean }[]>;
  crashes: number;
}

const numberOf = (turn: number, place: number): number => turn * 10 + place;

function toolOf(name: ToolName, world: World): AnyTool {
  return tool({
    name,
    description: "Does something.",
    input: z.object({ n: z.number().max(999) }),
    access: name === "look" ? "read" : "money",
    approval: name !== "note",
    run: async ({ n }, step) => {
      world.called.set(step.idempotencyKey, [...(world.called.get(step.idempotencyKey) ?? []), n]);
      await Promise.resolve();
      return `${name} ${n}`;
    },
  });
}

class Life {
  readonly clock: ReturnType<typeof virtualClock>;
  readonly agent: ReactAgent;
  readonly solving: Promise<ReactResult | undefined>;
  readonly #host: AitorHost;
  readonly #journal: ReturnType<typeof crashingJournal>;
  readonly #point: { append: number; when: CrashPoint["when"] };
  /** Gives when all that was asked of the journal so far is answered; nothing where it answers at once. */
  readonly #asked: (() => Promise<unknown>) | undefined;
  isOver = false;

  static async begin(journal: Journal, world: World, now: number, real: boolean): Promise<Life> {
    const clock = virtualClock(now);
    const point = { append: Infinity, when: "before" as CrashPoint["when"] };
    const crashing = crashingJournal(journal, point);
    const model = new MockProvider((call) => replyOf(call, world), { clock });
    const Payer = subject.define({
      name: "payer",
      llm: new LLMManager({ models: [model], clock, retry: 1 }),
      tools: (["pay", "look", "note"] as const).map((name) => toolOf(name, world)),
      parallel: world.plan.parallel,
      approvalTime: "1h",
      // A turn in which all calls were in doubt is no mistake of the model's.
      limits: { errors: 100 },
      repetition: Infinity,
    });
    const host = new AitorHost({ journal: crashing, clock, agents: [Payer], attempts: 1_000 });
    return new Life(
      clock,
      await host.open(Payer, "1"),
      host,
      crashing,
      point,
      real ? () => journal.restore("nothing") : undefined,
    );
  }

  private constructor(
    clock: Life["clock"],
    agent: ReactAgent,
    host: AitorHost,
    journal: ReturnType<typeof crashingJournal>,
    point: { append: number; when: CrashPoint["when"] },
    asked: (() => Promise<unknown>) | undefined,
  ) {
    this.clock = clock;
    this.agent = agent;
    this.#host = host;
    this.#journal = journal;
    this.#point = point;
    this.#asked = asked;
    this.solving = agent.solve("Go.", { id: "m" }).then(
      (result) => ((this.isOver = true), result),
      () => undefined,
    );
  }

  /** On a journal that takes real time. */
  get isReal(): boolean {
    return this.#asked !== undefined;
  }

  get isDead(): boolean {
    return this.#journal.appends >= this.#point.append;
  }

  crashAt(appends: number, when: CrashPoint["when"]): void {
    this.#point.append = this.#journal.appends + 1 + appends;
    this.#point.when = when;
  }

  /** Lets happen what can. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < (this.#asked === undefined ? 1 : 4) && !this.isDead; quiet++) {
      const before = this.#journal.appends;
      await this.clock.advance(0);
      if (this.#asked !== undefined) await Promise.all([this.#asked(), later(1)]);
      if (this.#journal.appends > before) quiet = -1;
    }
  }

  /** @returns What became of it; nothing where the process died meanwhile. */
  async tried<Out>(act: () => Promise<Out>): Promise<{ readonly value?: Out; readonly code?: string } | undefined> {
    let outcome: { readonly value?: Out; readonly code?: string } | undefined;
    act().then(
      (value) => (outcome = { value }),
      (error: unknown) => (outcome = { code: String((error as { code?: unknown }).code) }),
    );
    for (let round = 0; outcome === undefined && !this.isDead; round++) {
      expect(round, "it is not answered").toBeLessThan(200);
      await this.settle();
    }
    return outcome;
  }

  async approvals(): Promise<readonly PendingApproval[]> {
    return (await this.tried(() => this.agent.approvals()))?.value ?? [];
  }

  async shutDown(): Promise<void> {
    await this.#host.shutdown({ deadline: 0 });
  }
}

function replyOf({ prompt }: ProviderCall, { plan, replies }: World): MockReply {
  expect(promptFaults(prompt, "generic")).toEqual([]);
  const turn = prompt.filter(({ role }) => role === "assistant").length + 1;
  replies.set(turn, (replies.get(turn) ?? 0) + 1);
  const calls = plan.turns[turn - 1];
  if (calls === undefined) return "Done.";
  // Ids as a model makes them up: the same again in each turn.
  return {
    toolCalls: calls.map((name, index) => ({ id: `c${index}`, name, input: { n: numberOf(turn, index + 1) } })),
  };
}

const numbersOf = ([turn, calls]: [number, readonly ToolName[]]): number[] =>
  calls.map((_, index) => numberOf(turn + 1, index + 1));

const argsOf = ({ args }: PendingApproval): number => (args as { n: number }).n;

async function perform(life: Life, world: World, does: Op, expired: PendingApproval[]): Promise<void> {
  if (!("which" in does)) {
    if (does.does === "crash") life.crashAt(does.appends, does.when);
    if (does.does === "wait") await life.clock.advance("1m");
    if (does.does !== "expire") return;
    const late = (await life.tried(() => life.agent.approvals()))?.value;
    if (late === undefined) return;
    expired.push(...late);
    // On a disk that is busy, one may be asked for at this very moment.
    const numbers = life.isReal ? [...world.plan.turns.entries()].flatMap(numbersOf) : late.map(argsOf);
    for (const n of numbers) decide(world, n, { how: "late" }, false);
    // Those that are asked for when the time of these is over have more.
    await life.clock.advance("61m");
    return;
  }
  if (does.does === "repeat") {
    const late = expired[does.which % Math.max(1, expired.length)];
    if (late === undefined) return;
    const outcome = await life.tried(() => life.agent.approve(late));
    if (outcome !== undefined) expect(outcome.code).toMatch(/^(not-waiting|run-ended)$/);
    return;
  }
  const pending = await life.approvals();
  const asked = pending[does.which % Math.max(1, pending.length)];
  if (asked === undefined) return;
  const { agent } = life;
  const n = argsOf(asked);
  const forged = { ...asked, hash: asked.hash.replace(/^./, (first) => (first === "0" ? "1" : "0")) };
  switch (does.does) {
    case "forge":
      expect(["invalid-value", undefined]).toContain((await life.tried(() => agent.approve(forged)))?.code);
      return;
    case "misfit":
      expect(["invalid-value", undefined]).toContain((await life.tried(() => agent.edit(asked, { n: "1" })))?.code);
      return;
    case "approve":
      return answered(life, world, n, { how: "approved" }, () => agent.approve(asked));
    case "edit":
      return answered(life, world, n, { how: "edited", n: n + EDITED }, () => agent.edit(asked, { n: n + EDITED }));
    case "reject":
      return answered(life, world, n, { how: "rejected" }, () => agent.reject(asked, "no"));
  }
}

async function answered(
  life: Life,
  world: World,
  n: number,
  decision: Decision,
  act: () => Promise<void>,
): Promise<void> {
  const outcome = await life.tried(act);
  if (outcome === undefined) decide(world, n, decision, false);
  else if (outcome.code === undefined) decide(world, n, decision, true);
  else expect(outcome.code).toMatch(/^(not-waiting|run-ended)$/);
}

function decide({ decided }: World, n: number, decision: Decision, sure: boolean): void {
  decided.set(n, [...(decided.get(n) ?? []), { decision, sure }]);
}

/** An operator who knows what happened tells of what is in doubt. */
async function settleDoubts(life: Life, world: World): Promise<void> {
  const { agent } = life;
  for (const { run, key, kind } of (await life.tried(() => agent.pending()))?.value ?? []) {
    if (kind !== "step") continue;
    const name = key.slice(key.lastIndexOf("/") + 1, key.indexOf("["));
    const [n] = world.called.get(`${run.replaceAll("/", "%2F")}/${key}`) ?? [];
    await life.tried(() => agent.answer({ run, key }, n === undefined ? { again: true } : { value: `${name} ${n}` }));
  }
}

async function check(journal: Journal, plan: Plan, real: boolean): Promise<void> {
  const world: World = { plan, called: new Map(), replies: new Map(), decided: new Map(), crashes: 0 };
  const expired: PendingApproval[] = [];
  let life = await Life.begin(journal, world, 1_000, real);
  const next = async (): Promise<void> => {
    world.crashes++;
    life = await Life.begin(journal, world, life.clock.now(), real);
    await life.settle();
  };
  for (const each of plan.ops) {
    await life.settle();
    if (life.isDead) await next();
    if (each.does !== "restart") await perform(life, world, each, expired);
    else {
      await life.tried(() => life.shutDown());
      await next();
    }
  }
  for (let round = 0; !life.isOver; round++) {
    expect(round, "the run does not come to its end").toBeLessThan(200);
    await life.settle();
    if (life.isDead) await next();
    await settleDoubts(life, world);
    const [asked] = await life.approvals();
    if (asked !== undefined)
      await answered(life, world, argsOf(asked), { how: "approved" }, () => life.agent.approve(asked));
  }
  await judge(life, world, journal.durable);
  await life.tried(() => life.shutDown());
}

/** What holds at the end. */
async function judge(life: Life, world: World, asksInDoubt: boolean): Promise<void> {
  const { plan, called, replies, decided, crashes } = world;
  expect(await life.solving).toMatchObject({ status: "answered", answer: "Done.", steps: plan.turns.length + 1 });
  expect(await life.agent.pending()).toEqual([]);
  for (const times of replies.values()) expect(times).toBeLessThanOrEqual(1 + crashes);
  const repeated = [...replies.values()].reduce((sum, times) => sum + times - 1, 0);
  expect(repeated).toBeLessThanOrEqual(crashes);

  const messages = (await life.agent.read()).messages();
  const results = messages.flatMap((message) => (message.role === "tool" ? message.parts : []));
  const all = plan.turns.flatMap((calls, turn) =>
    calls.map((name, place) => ({ name, turn: turn + 1, place: place + 1 })),
  );
  expect(results.map(({ id, name }) => [id, name])).toEqual(all.map(({ name, place }) => [`c${place - 1}`, name]));
  for (const [index, { name, turn, place }] of all.entries()) {
    const n = numberOf(turn, place);
    const { output } = results[index] as (typeof results)[number];
    const what = `${name} ${n}: ${JSON.stringify({ output, decided: decided.get(n) })}`;
    const made = called.get(`payer%2F1%2Fm/react/#${turn}/${name}[${turn}.${place}]`) ?? [];
    // What only reads may be repeated where it was under way; nothing else is made twice.
    if (name === "look") expect(new Set(made).size, what).toBeLessThanOrEqual(1);
    else expect(made.length, what).toBeLessThanOrEqual(1);
    const outcome = outcomeOf(output, name);
    if (outcome === "in-doubt") {
      expect(asksInDoubt, what).toBe(false);
      continue;
    }
    if (name === "note") {
      expect([made, outcome], what).toEqual([[n], { made: n }]);
      continue;
    }
    const possible = decisionsOf(world, n);
    expect(possible.map(expected(n)), what).toContainEqual(outcome);
    expect([...new Set(made)], what).toEqual(typeof outcome === "object" ? [outcome.made] : []);
  }
}

/** The last that was acknowledged; else any that may have arrived. */
function decisionsOf({ decided }: World, n: number): Decision[] {
  const all = decided.get(n) ?? [];
  const sure = all.findLast((each) => each.sure);
  return sure === undefined ? all.map(({ decision }) => decision) : [sure.decision];
}

function expected(n: number): (decision: Decision) => unknown {
  return (decision) => {
    if (decision.how === "edited") return { made: decision.n };
    return decision.how === "approved" ? { made: n } : decision.how;
  };
}

function outcomeOf(output: unknown, name: string): { readonly made: number } | "rejected" | "late" | "in-doubt" {
  const { type, text = "", reason = "" } = output as { type: string; text?: string; reason?: string };
  if (type === "denied") return reason.includes("a person refused it: no") ? "rejected" : lateOr(reason);
  if (text.includes("must not run twice")) return "in-doubt";
  expect(text.startsWith(`${name} `), text).toBe(true);
  return { made: Number(text.slice(name.length + 1)) };
}

function lateOr(reason: string): "late" {
  expect(reason).toContain("nobody approved it in time");
  return "late";
}

const options = { timeout: 60_000 + SEEDS * 1_000 };

describe.each(journals)("%s", (_, open) => {
  test("each call is made at most once, none is lost, and what people said holds", options, async () => {
    await fc.assert(
      fc.asyncProperty(plans, (plan) => check(open(), plan, false)),
      { numRuns: SEEDS },
    );
  });
});

describe("on a journal on disk", () => {
  let folder = "";
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "aitor-approvals-"))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("each call is made at most once, none is lost, and what people said holds", options, async () => {
    let file = 0;
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        await using journal = sqliteJournal(join(folder, `${++file}.db`));
        await check(journal, plan, true);
      }),
      { numRuns: Math.ceil(SEEDS / 6) },
    );
  });
});
