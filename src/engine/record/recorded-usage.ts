import { addTotals, NO_USAGE, type UsageTotals } from "../../llm/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { RunAbout } from "./events.ts";
import { headOf } from "./run-head.ts";
import { usageOnRecord } from "./run-usage.ts";
import { isIn, type Ledger, ledgerStream, readLedger, USAGE, type UsageOwner, usageOwner } from "./usage-ledger.ts";
import { totalsOf, type UsageSums } from "./usage-sums.ts";

/** What usage can be listed by, and the fields of an entry that name it. */
export interface UsageParts {
  /** By run on record; children count separately. Usage of runs that are no longer on record has no `run`. */
  readonly run: UsageOwner & { readonly run?: string };
  /** By agent. For runs of no agent, and for agents that were deleted, by definition, without an `id`. */
  readonly agent: UsageOwner;
  /** By model, as the manager that called it named it. */
  readonly model: { readonly model: string };
}

export type UsageEntry<By extends keyof UsageParts = keyof UsageParts> = UsageParts[By] & {
  readonly usage: UsageTotals;
};

/**
 * Returns what the model calls of a journal used, the most expensive first. Calls of runs under way, failed, cancelled and
 * forgotten are included. Each call counts once.
 */
export async function recordedUsage<By extends keyof UsageParts = "agent">(
  journal: Journal,
  by: By = "agent" as By,
): Promise<readonly UsageEntry<By>[]> {
  const counted = await countAll(journal);
  const entries = by === "run" ? await byRun(journal, counted) : summed(counted, by);
  return entries.sort(dearestFirst) as unknown as readonly UsageEntry<By>[];
}

interface Counted {
  /** By stream. */
  readonly ledgers: ReadonlyMap<string, OwnedLedger>;
  readonly running: readonly RunningUsage[];
}

interface OwnedLedger {
  readonly owner: UsageOwner;
  readonly ledger: Ledger;
}

/** Of a run that is in no ledger. */
interface RunningUsage {
  readonly run: string;
  readonly owner: UsageOwner;
  readonly models: UsageSums;
}

/** So often it is begun anew where agents or runs are forgotten meanwhile. */
const ATTEMPTS = 10;

async function countAll(journal: Journal): Promise<Counted> {
  for (let attempt = 1; ; attempt++) {
    const running = await unfinishedRuns(journal);
    const known = await Array.fromAsync(journal.heads({ kind: USAGE }));
    const ledgers = new Map<string, OwnedLedger>();
    for (const { stream, about } of known) {
      ledgers.set(stream, { owner: about as UsageOwner, ledger: await wholeLedger(journal, stream) });
    }
    const left = await outside(journal, running, ledgers);
    const now = new Set((await Array.fromAsync(journal.heads({ kind: USAGE }))).map(({ stream }) => stream));
    // What one ledger held may be in another one now, and a run that is gone was in one.
    const isWhole = left !== undefined && known.every(({ stream }) => now.has(stream));
    if (isWhole || attempt === ATTEMPTS) return { ledgers, running: left ?? running };
  }
}

async function unfinishedRuns(journal: Journal): Promise<RunningUsage[]> {
  const running: RunningUsage[] = [];
  for await (const { stream: run, state, about } of journal.heads({ kind: "run", ended: false })) {
    const models = state === "queued" ? undefined : await usageOnRecord(journal.read(run));
    if (models !== undefined) running.push({ run, owner: usageOwner(about as RunAbout), models });
  }
  return running;
}

/** A sum may take the place of what is being read. */
async function wholeLedger(journal: Journal, stream: string): Promise<Ledger> {
  for (;;) {
    const ledger = await readLedger(journal, stream);
    let first = 0;
    for await (const head of journal.heads({ stream })) ({ first } = head);
    if (first === ledger.first || first === 0) return ledger;
  }
}

/** Those that have not ended meanwhile and got into a ledger; nothing where one is gone. */
async function outside(
  journal: Journal,
  running: readonly RunningUsage[],
  ledgers: ReadonlyMap<string, OwnedLedger>,
): Promise<RunningUsage[] | undefined> {
  const left: RunningUsage[] = [];
  for (const each of running) {
    const head = await headOf(journal, each.run);
    if (head === undefined) return undefined;
    const found = ledgers.get(ledgerStream(each.owner));
    if (!head.ended || found === undefined || !isIn(found.ledger, head)) left.push(each);
  }
  return left;
}

function summed({ ledgers, running }: Counted, by: "agent" | "model"): UsageEntry[] {
  const found = new Map<string, UsageEntry<"agent" | "model">>();
  const take = (owner: UsageOwner, model: string, usage: UsageTotals): void => {
    const key = by === "model" ? model : ledgerStream(owner);
    const of = by === "model" ? { model } : owner;
    found.set(key, { ...of, usage: addTotals(found.get(key)?.usage ?? NO_USAGE, usage) });
  };
  for (const { owner, ledger } of ledgers.values())
    for (const [model, usage] of ledger.models) take(owner, model, usage);
  for (const { owner, models } of running) {
    for (const [model, usage] of Object.entries(models)) take(owner, model, totalsOf(usage));
  }
  return [...found.values()];
}

async function byRun(journal: Journal, { ledgers, running }: Counted): Promise<UsageEntry[]> {
  const runs = new Map<string, UsageEntry<"run">>();
  /** What is left of the ledgers without the runs that are still on record. */
  const earlier = new Map<string, UsageTotals>();
  for (const [stream, { ledger }] of ledgers) {
    earlier.set(stream, [...ledger.models.values()].reduce(addTotals, NO_USAGE));
  }
  for (const { run, owner, models } of running) runs.set(run, { run, ...owner, usage: whole(models) });
  for await (const head of journal.heads({ kind: "run", ended: true })) {
    const { usage: models } = head.about as RunAbout;
    if (models === undefined) continue;
    const owner = usageOwner(head.about as RunAbout);
    const stream = ledgerStream(owner);
    const usage = whole(models);
    runs.set(head.stream, { run: head.stream, ...owner, usage });
    const rest = earlier.get(stream);
    const { ledger } = ledgers.get(stream) ?? {};
    if (rest !== undefined && ledger !== undefined && isIn(ledger, head)) earlier.set(stream, less(rest, usage));
  }
  const gone = [...ledgers].map(([stream, { owner }]) => ({ ...owner, usage: earlier.get(stream) ?? NO_USAGE }));
  return [...runs.values(), ...gone.filter(({ usage }) => usage.calls > 0)];
}

function whole(models: UsageSums): UsageTotals {
  return Object.values(models).map(totalsOf).reduce(addTotals, NO_USAGE);
}

/** No figure is below 0, where sums were added in another order. */
function less(a: UsageTotals, b: UsageTotals): UsageTotals {
  const names = Object.keys(NO_USAGE) as (keyof UsageTotals)[];
  return Object.fromEntries(names.map((name) => [name, Math.max(0, a[name] - b[name])])) as unknown as UsageTotals;
}

function dearestFirst({ usage: a }: UsageEntry, { usage: b }: UsageEntry): number {
  return b.cost - a.cost || b.inputTokens + b.outputTokens - a.inputTokens - a.outputTokens || b.calls - a.calls;
}
