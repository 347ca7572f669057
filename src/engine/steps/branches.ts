import { type AitorError, type Branch, cancelledError, invalidOption } from "../../base/index.ts";
import { ambiguousStepError, branchMismatchError } from "../record/errors.ts";
import type { InnerScope, OuterScope } from "./outer-scope.ts";
import { allAsked } from "./record-order.ts";
import { type StepLabel, stepLabel } from "../record/step-label.ts";

/*
 * Branches do several things at once, each in a scope of its own. Which branch decides a race, or fails first, depends on
 * time. So it is recorded before anything that follows from it, and a resumed run then follows that branch alone. `settle`,
 * and an `all` that succeeds, wait for every branch and need no record.
 */

type Outcome = PromiseSettledResult<unknown>;

export async function allBranches(scope: OuterScope, branches: readonly Branch<unknown>[]): Promise<unknown[]> {
  const { outcomes, decided } = await runGroup(scope, "#all", branches, (outcome) => outcome.status === "rejected");
  if (decided !== undefined) return value(decided) as never;
  return outcomes.map(value);
}

export async function raceBranches(scope: OuterScope, branches: readonly Branch<unknown>[]): Promise<unknown> {
  if (branches.length === 0) throw invalidOption("the branches of a race", "at least one branch", branches);
  const { decided } = await runGroup(scope, "#race", branches, () => true);
  return value(decided as Outcome);
}

export async function settleBranches(scope: OuterScope, branches: readonly Branch<unknown>[]): Promise<Outcome[]> {
  return (await runGroup(scope, "#settle", branches, () => false)).outcomes;
}

interface Group {
  /** In the order of the branches; complete where none decided. */
  readonly outcomes: Outcome[];
  /** The one on which the group ended early. */
  readonly decided: Outcome | undefined;
}

/** `#kind` is the group's label: a step's label has no bare `#`. */
async function runGroup(
  scope: OuterScope,
  kind: `#${string}`,
  branches: readonly Branch<unknown>[],
  decides: (outcome: Outcome) => boolean,
): Promise<Group> {
  const labels = distinctLabels(scope, branches);
  return scope.occupy("a branch", labels, async () => {
    const key = scope.keyOf(kind);
    const children = labels.map((label) => scope.open(`${scope.keyOf(label.label)}/`));
    try {
      const recorded = scope.run.recovered?.decisions.get(key);
      const followed = recorded === undefined ? [...branches.keys()] : [indexOf(scope, branches, recorded.branch, key)];
      if (recorded !== undefined && scope.run.changedVersion !== undefined) discardLosers(scope, labels, followed);
      const { outcomes, decidedBy } = await firstDecision(followed, decides, (index) =>
        (children[index] as InnerScope).runBody((branch) => (branches[index] as Branch<unknown>).run(branch)),
      );
      if (decidedBy === undefined) {
        if (recorded !== undefined) throw halted(scope, key, recorded.branch, "that branch, which decides nothing now");
        return { outcomes, decided: undefined };
      }
      const branch = (branches[decidedBy] as Branch<unknown>).name;
      if (recorded === undefined && scope.run.changedVersion !== undefined && !scope.ended)
        await allAsked(scope.run, key);
      const isNew = recorded === undefined && !scope.ended;
      const written = isNew ? scope.run.record("branch-decided", key, { branch }) : undefined;
      const reason = (): AitorError => cancelledError("a branch", `branch "${branch}" has settled`);
      await Promise.all([written, ...children.map((child) => child.end(reason))]);
      if (recorded !== undefined) scope.run.keeping.resumedBehind(recorded.seq);
      return { outcomes, decided: outcomes[decidedBy] };
    } finally {
      for (const { label } of labels) scope.finish(label);
      scope.finish(kind);
    }
  });
}

function firstDecision(
  indexes: readonly number[],
  decides: (outcome: Outcome) => boolean,
  start: (index: number) => Promise<unknown>,
): Promise<{ outcomes: Outcome[]; decidedBy: number | undefined }> {
  return new Promise((resolve) => {
    const outcomes: Outcome[] = [];
    let open = indexes.length;
    const settle = (index: number, outcome: Outcome): void => {
      outcomes[index] = outcome;
      if (decides(outcome)) resolve({ outcomes, decidedBy: index });
      else if (--open === 0) resolve({ outcomes, decidedBy: undefined });
    };
    if (open === 0) resolve({ outcomes, decidedBy: undefined });
    for (const index of indexes) {
      start(index).then(
        (result) => settle(index, { status: "fulfilled", value: result }),
        (reason: unknown) => settle(index, { status: "rejected", reason }),
      );
    }
  });
}

/** What the losers of a decision on record did is not asked for again. */
function discardLosers(scope: OuterScope, labels: readonly StepLabel[], followed: readonly number[]): void {
  const [winner] = followed;
  for (const [index, { label }] of labels.entries()) {
    if (index !== winner) scope.run.recovered?.unasked.discard(`${scope.keyOf(label)}/`);
  }
}

function distinctLabels(scope: OuterScope, branches: readonly Branch<unknown>[]): StepLabel[] {
  const labels = branches.map(({ name }) => stepLabel(name));
  const seen = new Set<string>();
  for (const { name, label } of labels) {
    if (seen.has(label)) throw ambiguousStepError(name, scope.path);
    seen.add(label);
  }
  return labels;
}

function indexOf(scope: OuterScope, branches: readonly Branch<unknown>[], recorded: string, key: string): number {
  const index = branches.findIndex(({ name }) => name === recorded);
  if (index !== -1) return index;
  throw halted(scope, key, recorded, branches.map(({ name }) => `"${name}"`).join(", ") || "no branches");
}

/** The code does not fit the record: the run stops where it is. */
function halted(scope: OuterScope, key: string, recorded: string, got: string): AitorError {
  const error = branchMismatchError(key, recorded, got);
  scope.run.halt(error);
  return error;
}

function value(outcome: Outcome): unknown {
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}
