import type { StepReport } from "../../engine/index.ts";
import type { Page } from "../terminal/command-output.ts";
import { groupedText, untilText } from "./moment-text.ts";
import { elapsedText } from "./progress-line.ts";
import { firstLine } from "../terminal/safe-text.ts";
import type { Format } from "../terminal/style.ts";
import { type Cell, type Column, table } from "./table.ts";

/** As many lines are shown of a run with more. */
const SHOWN = 50;
/** So many finished steps that are alike share a line. */
const ALIKE = 4;

const MARKS: Readonly<Record<StepReport["state"], readonly [sign: string, format: Format]>> = {
  running: ["▸", "cyan"],
  waiting: ["?", "yellow"],
  "in-doubt": ["?", "yellow"],
  finished: ["✔", "green"],
  failed: ["✖", "red"],
  abandoned: ["■", "yellow"],
  cancelled: ["■", "dim"],
};

const COLUMNS: readonly Column[] = [
  { title: "step", gives: true },
  { title: "state" },
  { title: "took", right: true },
  { title: "ended", right: true },
  { title: "", gives: true },
];

/** Finished steps that differ by nothing but their keys and ordinals. */
interface Alike {
  /** The key that they share. */
  readonly key: string;
  readonly count: number;
  readonly durationMs: number;
  /** The last of them. */
  readonly endedAt: number;
}

type Entry = Alike | StepReport;

interface Scope {
  readonly label: string;
  readonly scopes: Map<string, Scope>;
  /** In the order of their first start. */
  readonly parts: (Scope | Entry)[];
}

interface StepTableOptions extends Page {
  /** Every step has a line of its own. */
  readonly all: boolean;
  /** The run's process is gone. */
  readonly interrupted: boolean;
  /** When the run began: what ended is told by how long after. */
  readonly startedAt: number;
}

/**
 * The steps of a run, each below its scopes. Finished ones that are alike share a line; of what is still too much, those
 * that are not finished come before the others.
 */
export function stepTable(steps: readonly StepReport[], options: StepTableOptions): string[] {
  const entries = options.all ? steps : chosen(alikeTogether(steps));
  const rows = [...rowsOf(tree(entries), 0, options)];
  const lines = table(COLUMNS, rows, options.width, options.style);
  const left = steps.length - entries.reduce((sum, entry) => sum + ("count" in entry ? entry.count : 1), 0);
  return left === 0 ? lines : [...lines, `… ${groupedText(left)} more (--all)`];
}

function alikeTogether(steps: readonly StepReport[]): readonly Entry[] {
  const groups = Map.groupBy(steps, (step) => (step.state === "finished" ? sharedKey(step.key) : undefined));
  const told = new Set<string>();
  return steps.flatMap((step): readonly Entry[] => {
    const key = sharedKey(step.key);
    const alike = step.state === "finished" ? (groups.get(key) ?? []) : [];
    if (alike.length < ALIKE) return [step];
    if (told.has(key)) return [];
    told.add(key);
    const end = alike.reduce((last, { endedAt = 0 }) => Math.max(last, endedAt), 0);
    return [{ key, count: alike.length, durationMs: Math.max(0, end - step.startedAt), endedAt: end }];
  });
}

/** Without what tells it from others of its name in its scope. */
function sharedKey(key: string): string {
  return key.replace(/[#[][^/]*$/, "");
}

function chosen(entries: readonly Entry[]): readonly Entry[] {
  if (entries.length <= SHOWN) return entries;
  const kept = new Set(entries.filter((entry) => "count" in entry || entry.state !== "finished").slice(0, SHOWN));
  for (const entry of entries) {
    if (kept.size >= SHOWN) break;
    kept.add(entry);
  }
  return entries.filter((entry) => kept.has(entry));
}

function tree(entries: readonly Entry[]): Scope {
  const root: Scope = { label: "", scopes: new Map(), parts: [] };
  for (const entry of entries) {
    let scope = root;
    for (const label of entry.key.split("/").slice(0, -1)) {
      let inner = scope.scopes.get(label);
      if (inner === undefined) {
        inner = { label, scopes: new Map(), parts: [] };
        scope.scopes.set(label, inner);
        scope.parts.push(inner);
      }
      scope = inner;
    }
    scope.parts.push(entry);
  }
  return root;
}

function* rowsOf(scope: Scope, depth: number, options: StepTableOptions): Generator<Cell[]> {
  for (const part of scope.parts) {
    if ("parts" in part) {
      yield [{ text: `${part.label}/`, indent: 2 * depth, format: "dim" }];
      yield* rowsOf(part, depth + 1, options);
    } else if ("count" in part) {
      yield [
        { text: `✔ ${lastLabel(part.key)}`, indent: 2 * depth },
        { text: "finished", format: "green" },
        { text: elapsedText(part.durationMs) },
        { text: afterText(part.endedAt, options), format: "dim" },
        { text: `${groupedText(part.count)} times`, format: "dim" },
      ];
    } else yield rowOf(part, depth, options);
  }
}

function lastLabel(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

function rowOf(step: StepReport, depth: number, options: StepTableOptions): Cell[] {
  const { interrupted, now } = options;
  const [sign, format] = MARKS[step.state];
  const took = step.durationMs === undefined ? "" : elapsedText(step.durationMs);
  return [
    { text: `${sign} ${lastLabel(step.key)}`, indent: 2 * depth },
    { text: stateText(step, interrupted), format },
    { text: took },
    { text: afterText(step.endedAt, options), format: "dim" },
    { text: remarks(step, now).join("; "), format: "dim" },
  ];
}

/** @param interrupted The run's process is gone. */
export function stateText({ state }: StepReport, interrupted: boolean): string {
  return state === "running" && interrupted ? "cut off" : state;
}

function afterText(at: number | undefined, { startedAt }: StepTableOptions): string {
  return at === undefined ? "" : `+${elapsedText(Math.max(0, at - startedAt))}`;
}

function remarks(step: StepReport, now: number): string[] {
  const { kind, effect, state, attempts, error, child, until, answered, refused, releaseErrors } = step;
  const facts: string[] = [];
  if (kind !== "step") facts.push(kind);
  else if (effect !== "idempotent") facts.push(effect);
  if (attempts > 1) facts.push(`${attempts} attempts`);
  if (answered !== undefined) facts.push(`answered${answered === "value" ? "" : `: ${answered}`}`);
  if (state === "waiting" && until !== undefined) facts.push(untilText(until, now));
  if (refused !== undefined && state === "waiting") facts.push(`an answer was refused: ${firstLine(refused.message)}`);
  if (child !== undefined) facts.push(`run ${child}`);
  if (error !== undefined) facts.push(firstLine(error.message));
  if (releaseErrors.length > 0) facts.push("giving back failed");
  return facts;
}
