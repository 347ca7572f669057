// What must hold at the end of a simulation, found by what happened outside and by what the disk holds. It shares no code with
// the engine.
import type { EventEnvelope } from "aitor";

import { keptOf } from "./agents.ts";
import { type Acknowledged, runOf } from "./client.ts";
import type { Ledger, ModelCallMade } from "./ledger.ts";
import type { Job } from "./program.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";

/**
 * - `lost`: acknowledged, and not on record or not in memory.
 * - `reordered`: in memory in another order than it was received in.
 * - `repeated`: done again though its record was durable; on record or in memory twice.
 * - `twice`: what must happen once happened twice.
 * - `early`: a timer before its time, or more than once.
 * - `overspent`: more than a budget's limit.
 * - `illegal`: a model was shown what its provider would refuse.
 * - `different`: a replay, or a run that was interrupted, came out otherwise.
 * - `wrong`: everything else, such as a wrong reply or a run without an ending.
 */
export type Fault =
  | "lost"
  | "reordered"
  | "repeated"
  | "twice"
  | "early"
  | "overspent"
  | "illegal"
  | "different"
  | "wrong";

/** What was found, a text each. */
export type Faults = Readonly<Record<Fault, string[]>>;

export function noFaults(): Faults {
  return {
    lost: [],
    reordered: [],
    repeated: [],
    twice: [],
    early: [],
    overspent: [],
    illegal: [],
    different: [],
    wrong: [],
  };
}

const ENDINGS: ReadonlySet<string> = new Set(["run-finished", "run-failed", "run-cancelled"]);

export function endingOf(disk: SimulatedDisk, run: string): EventEnvelope | undefined {
  return disk.stream(run).find(({ type }) => ENDINGS.has(type));
}

/** Each client's messages were received once, in its order, and have come to the end that it was told. */
export function judgeClients(clients: readonly (readonly Acknowledged[])[], disk: SimulatedDisk, faults: Faults): void {
  for (const acknowledged of clients) {
    const last = new Map<string, number>();
    for (const { sending, reply, failure } of acknowledged) {
      const run = runOf(sending);
      const receipts = disk.stream(run).filter(({ type }) => type === "message-received");
      const [receipt] = receipts;
      if (receipt === undefined) {
        faults.lost.push(`${run} was acknowledged, and is not on record`);
        continue;
      }
      if (receipts.length > 1) faults.repeated.push(`${run} was received ${receipts.length} times`);
      const isLater = "how" in sending && sending.how === "later";
      const agent = run.slice(0, run.lastIndexOf("/"));
      if (!isLater && receipt.seq < (last.get(agent) ?? 0)) faults.reordered.push(`${run} was received too early`);
      if (!isLater) last.set(agent, receipt.seq);
      const ending = endingOf(disk, run);
      if (ending === undefined) faults.wrong.push(`${run} has no ending`);
      const { output, error } = (ending?.data ?? {}) as { output?: unknown; error?: { message: string } };
      if (failure !== undefined && failure !== error?.message) faults.wrong.push(`${run} failed otherwise: ${failure}`);
      if (reply === undefined || sending.to === "solver") continue;
      if (JSON.stringify(reply) !== JSON.stringify(output))
        faults.wrong.push(`the reply of ${run}: ${JSON.stringify(reply)}`);
      if (sending.to !== "flowing" && reply !== `reply to ${sending.id}`)
        faults.wrong.push(`the reply of ${run}: ${JSON.stringify(reply)}`);
    }
  }
}

interface Receipt {
  readonly to: { readonly name: string; readonly id: string };
  readonly message: unknown;
  readonly dueAt?: number;
}

/** A memory has what its agent has handled: once, whole, in the order of the receipts. */
export function judgeMemory(agent: string, memory: readonly string[], disk: SimulatedDisk, faults: Faults): void {
  const parts = new Map<string, string>();
  const order: string[] = [];
  for (const { type, stream, data } of disk.events) {
    if (type !== "message-received") continue;
    const { to, message, dueAt } = data as Receipt;
    if (`${to.name}/${to.id}` !== agent) continue;
    const kept = to.name === "worker" ? keptOf(message as Job) : [String(message)];
    for (const part of kept) parts.set(part, stream);
    const found = memory.filter((part) => kept.includes(part));
    if (new Set(found).size < found.length) faults.repeated.push(`${stream} in ${agent}: ${found.join(" ")}`);
    const ending = endingOf(disk, stream)?.type;
    const whole = kept.every((part, index) => part === found[index]);
    // What failed or was cancelled may have ended turns before.
    if (ending === "run-finished" && !whole)
      faults.lost.push(`${stream} in ${agent}: ${found.join(" ")} of ${kept.join(" ")}`);
    if (found.some((part, index) => part !== kept[index])) faults.reordered.push(`${stream} in ${agent}`);
    if (dueAt === undefined && found.length > 0) order.push(stream);
  }
  const unknown = memory.filter((part) => !parts.has(part));
  if (unknown.length > 0) faults.wrong.push(`${agent} remembers ${unknown.join(" ")}`);
  const remembered = memory.map((part) => parts.get(part) ?? "").filter((run, at, all) => run !== all[at - 1]);
  const undelayed = remembered.filter((run) => order.includes(run));
  if (undelayed.join() !== order.join()) faults.reordered.push(`${agent}: ${undelayed.join()} for ${order.join()}`);
  if (new Set(remembered).size < remembered.length) faults.reordered.push(`${agent} mixed up ${remembered.join()}`);
}

/** No step is called whose outcome is known, none twice in one process, and only those in flight in the next one. */
export function judgeCalls({ calls, effects }: Ledger, faults: Faults): void {
  const first = new Map<string, number>();
  const inLife = new Set<string>();
  const again = new Map<string, string>();
  for (const { life, step, once, attempt, durable } of calls) {
    if (durable) faults.repeated.push(`process ${life}: ${step} was called, and its outcome was known`);
    const call = `process ${life}: ${step} #${attempt}`;
    if (inLife.has(call)) faults.repeated.push(`${call} was called twice`);
    inLife.add(call);
    if (once && (effects.get(step) ?? 0) > 1) faults.twice.push(`${step} happened ${effects.get(step)} times`);
    const before = first.get(step);
    if (before === undefined) first.set(step, life);
    else if (before < life && isSequential(step)) {
      // Of one branch, one step at most was in flight.
      const branch = `${life} ${step.slice(0, step.lastIndexOf("/") + 1) || step.slice(0, step.lastIndexOf(" "))}`;
      const other = again.get(branch);
      if (other !== undefined && other !== step)
        faults.repeated.push(`process ${life}: ${other} and ${step} were repeated, in one branch`);
      again.set(branch, step);
    }
  }
}

/** Workers do one thing after the other in each branch; tasks of flows and calls of tools are open side by side. */
function isSequential(step: string): boolean {
  return /[ /][sofx](#\d+)?$/.test(step) && step.startsWith("worker");
}

/** Each outcome is on record once, each timer fires once and never early, each signal is answered once with what was said. */
export function judgeRecord(disk: SimulatedDisk, ledger: Ledger, faults: Faults): void {
  const seen = new Set<string>();
  const set = new Map<string, number>();
  for (const { stream, key, type, at, data } of disk.events) {
    const what = `${stream} ${key}`;
    if (type === "timer-set") {
      const { at: due, ms } = data as { at: number; ms: number };
      if (due < at + ms) faults.early.push(`${what} was set for ${due}, ${ms} ms after ${at}`);
      if (!set.has(what)) set.set(what, due);
      continue;
    }
    if (!OUTCOMES.has(type)) continue;
    const outcome = `${what} ${type === "step-failed" ? "step-finished" : type}`;
    if (seen.has(outcome))
      (type === "timer-fired" ? faults.early : faults.repeated).push(`${outcome} is on record twice`);
    seen.add(outcome);
    if (type === "timer-fired" && at < (set.get(what) ?? 0)) faults.early.push(`${what} fired at ${at}`);
    if (type === "signal-received" && (data as { value: unknown }).value !== what)
      faults.wrong.push(`answer to ${what}`);
  }
  for (const { place, ms, took } of ledger.slept)
    if (took < ms) faults.early.push(`the sleep of ${place} took ${took} of ${ms} ms`);
}

const OUTCOMES: ReadonlySet<string> = new Set([
  ...ENDINGS,
  "step-finished",
  "step-failed",
  "timer-fired",
  "signal-received",
]);

/**
 * Of the calls that a process made for one reply before it died, the record is sure of one. The others, which had failed and been
 * repeated, may be on no record.
 */
function isForgotten(call: ModelCallMade, calls: readonly ModelCallMade[]): boolean {
  const same = calls.filter(({ place }) => place === call.place);
  const died = same.some(({ life }) => life > call.life);
  return died && same.find(({ life }) => life === call.life) !== call;
}

/** What models really used is within the limits, whichever processes died. */
export function judgeBudgets(disk: SimulatedDisk, { accounts, illegal }: Ledger, faults: Faults): void {
  for (const [problem, { tokens = Infinity, usd = Infinity, steps, calls }] of accounts) {
    const counted = calls.filter((call) => !isForgotten(call, calls));
    const spent = counted.reduce((sum, call) => sum + call.tokens, 0);
    const dollars = counted.reduce((sum, call) => sum + call.usd, 0);
    if (spent > tokens) faults.overspent.push(`${problem}: ${spent} of ${tokens} tokens`);
    // Sums of dollars are off by some 1e-16 of themselves.
    if (dollars > usd * (1 + 1e-12)) faults.overspent.push(`${problem}: ${dollars} of ${usd} dollars`);
    for (const stream of disk.streams.filter((name) => name.startsWith("solver/") && name.endsWith(`/${problem}`))) {
      const turns = disk.stream(stream).filter(({ type, key }) => type === "step-finished" && key.endsWith("/think"));
      if (turns.length > steps) faults.overspent.push(`${problem}: ${turns.length} of ${steps} turns`);
    }
  }
  faults.illegal.push(...illegal);
}
