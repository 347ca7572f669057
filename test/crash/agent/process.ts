// One process on a journal with agents: it goes on with what is unfinished, starts agents of its own, and kills itself where it is
// told to. The last one compares what is remembered with an agent that nobody disturbed.
import { text } from "node:stream/consumers";

import { AitorHost, isAitorError, memoryJournal } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import type { ProcessPlan } from "../points/life.ts";
import type { Witnesses } from "../points/witness.ts";
import { tell, toldJournal } from "../points/told-journal.ts";
import type { AgentCase } from "./agent-case.ts";
import { agentCase, type CaseName } from "./case.ts";

type Plan = ProcessPlan<{ readonly name: CaseName; readonly witnesses: Witnesses }>;

// Of a call that was cut off, usage is counted again.
const LEFT_OUT = /^(?:at|[a-z]+At|durationMs|usage|cost|tokens)$/;

/** What was done in a turn is listed in the order in which it came to its end. */
const isOfTurn = (item: unknown): boolean => typeof item === "object" && item !== null && "turn" in item;

const trouble = (where: string, what: unknown): void => {
  tell({
    told: "trouble",
    text: `${where}: ${isAitorError(what) ? what.message : typeof what === "string" ? what : JSON.stringify(what)}`,
  });
};

await main(JSON.parse(process.argv[2] ?? "") as Plan);

async function main({ life, journal: path, input, start, unfinished, ended, kill, holds }: Plan): Promise<void> {
  const alive = setInterval(() => {}, 1_000); // a run that waits keeps no process
  await using file = sqliteJournal(path);
  await file.ready();
  const journal = toldJournal(file);
  const that = agentCase(input.name, life, input.witnesses);
  if (kill?.during === "recovery") journal.arm(kill);
  // A message that is under way when its process is killed is not to blame here.
  await using host = new AitorHost({ journal, agents: that.definitions, attempts: 1_000_000 });
  host.observeRuns(({ type, run, data }) => {
    if (["run-failed", "run-cancelled", "run-halted"].includes(type)) trouble(`${run} ${type}`, data);
  });
  tell({ told: "open" });
  const solve = (id: string): Promise<void> => solveOne(host, that, id);
  await Promise.all(unfinished.map(solve));
  if (kill?.during === "run") journal.arm(kill);
  await Promise.all(start.map(solve));
  if (holds) {
    await compare(host, that, input, [...ended, ...unfinished]);
    await text(process.stdin);
  }
  clearInterval(alive);
  tell({ told: "done" });
}

/** Sends the message, again where it was sent before: it is handled once. */
async function solveOne(host: AitorHost, that: AgentCase, id: string): Promise<void> {
  try {
    const fault = await that.solve(host, id);
    if (fault !== undefined) trouble(id, fault);
  } catch (error) {
    trouble(id, isAitorError(error) ? error : String(error));
  }
}

async function compare(
  host: AitorHost,
  that: AgentCase,
  { name, witnesses }: Plan["input"],
  ids: readonly string[],
): Promise<void> {
  const unseen = { executions: `${witnesses.executions}.undisturbed`, effects: `${witnesses.effects}.undisturbed` };
  const undisturbed = agentCase(name, 0, unseen);
  await using quiet = new AitorHost({ journal: memoryJournal(), agents: undisturbed.definitions });
  quiet.observe(({ type }) => (type === "message-suspended" ? undisturbed.approve(quiet, "r0") : undefined));
  await solveOne(quiet, undisturbed, "r0");
  const expected = timeless(await undisturbed.remembered(quiet, "r0"), "r0");
  for (const id of ids) {
    const found = timeless(await that.remembered(host, id), id);
    if (found !== expected) trouble(id, difference(found, expected));
  }
}

/** Without what times and repeated calls change, and without the id. */
function timeless(memory: unknown, id: string): string {
  const text = JSON.stringify(without(memory));
  return text.replaceAll(new RegExp(`(?<=\\W|%2F)${id}\\b`, "g"), "ID");
}

function without(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) {
    const kept = Object.entries(value).filter(([name]) => !LEFT_OUT.test(name));
    return Object.fromEntries(kept.map(([name, item]) => [name, without(item)]));
  }
  const items = value.map(without);
  return items.some(isOfTurn) ? items.map((item) => JSON.stringify(item)).sort() : items;
}

function difference(found: string, expected: string): string {
  let at = 0;
  while (found[at] === expected[at]) at++;
  const part = (of: string): string => of.slice(Math.max(0, at - 60), at + 60);
  return `remembers ${part(found)} in place of ${part(expected)}`;
}
