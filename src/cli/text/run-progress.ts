import { type EngineEvent, isInScopeBeside } from "../../engine/index.ts";
import { momentText } from "./moment-text.ts";
import { StepGroup } from "./step-group.ts";

/** Something that is over, or that must be told at once. Its texts are as they came. */
export interface SettledLine {
  readonly mark: "done" | "failed" | "cancelled" | "warning";
  readonly name: string;
  readonly detail: string;
  readonly elapsedMs?: number;
}

/** A step, or a group of steps, under way. */
export interface RunningLine {
  readonly name: string;
  readonly detail: string;
  readonly elapsedMs: number;
  /** It belongs to the group above. */
  readonly nested: boolean;
}

/** Steps of one kind may follow each other with so little between them: a journal on disk takes many at once. Milliseconds. */
const PAUSE = 100;

/** Steps of a group have a line of their own when they take longer: what is quicker would only flicker. */
const SLOW_STEP = 1_000;

/**
 * How far a run is, as lines for people. Steps that differ by nothing but their element, key or turn stand in one line
 * as long as one follows the other, so that ten thousand elements of a mapped task end as one line, not as ten
 * thousand. All times are of a monotonic clock.
 */
export class RunProgress {
  readonly #groups = new Map<string, StepGroup>();
  #settled: SettledLine[] = [];

  apply(event: EngineEvent, now: number): void {
    const { key } = event;
    switch (event.type) {
      case "step-started":
        return this.#groupOf(key, now).start(key, now);
      case "step-progress":
        return this.#groups.get(groupKey(key))?.progress(key, event.data);
      case "step-retried": {
        const { attempt, delayMs, error } = event.data;
        const when = delayMs >= 1_000 ? ` in ${Math.round(delayMs / 1_000)} s` : "";
        return this.#groups.get(groupKey(key))?.note(key, `attempt ${attempt + 1}${when}, after: ${error.message}`);
      }
      case "signal-awaited":
        return this.#waits(key, "waits for an answer", now);
      case "timer-set":
        return this.#waits(key, `until ${momentText(event.data.at)}`, now);
      case "step-in-doubt":
        return this.#waits(key, "in doubt", now);
      case "signal-received":
      case "timer-fired":
        return this.#answered(key, now);
      case "step-finished":
        return this.#groups.get(groupKey(key))?.finish(key, event.data.durationMs, now);
      case "step-failed":
        return this.#failed(key, event.data.error.message, event.data.durationMs, now);
      case "signal-failed":
        return this.#failed(key, event.data.error.message, this.#groups.get(groupKey(key))?.elapsed(key, now), now);
      case "branch-decided":
        return this.#cutOff(isInScopeBeside(key), now);
      case "release-failed":
        return this.#tell({
          mark: "warning",
          name: nameOf(key),
          detail: `giving back failed: ${event.data.error.message}`,
        });
      default:
    }
  }

  /** What is over since the last call, and is not gone on with at once; at the `end`, all that is over. */
  takeSettled(now: number, end = false): readonly SettledLine[] {
    for (const [key, group] of this.#groups) {
      if (!group.idle || (!end && now - group.changedAt < PAUSE)) continue;
      this.#groups.delete(key);
      const { failed, single } = group;
      if (!single) {
        const mark = failed > 0 ? "failed" : "done";
        this.#tell({ mark, name: group.name, detail: group.counts, elapsedMs: group.changedAt - group.startedAt });
      } else if (failed === 0) {
        this.#tell({ mark: "done", name: nameOf(group.lastKey), detail: "", elapsedMs: group.lastDuration });
      }
    }
    const settled = this.#settled;
    this.#settled = [];
    return settled;
  }

  running(now: number): readonly RunningLine[] {
    const lines: RunningLine[] = [];
    for (const [shared, group] of this.#groups) {
      const { name, single } = group;
      if (!single) lines.push({ name, detail: group.counts, elapsedMs: now - group.startedAt, nested: false });
      for (const { key, detail, startedAt } of group.open) {
        const elapsedMs = now - startedAt;
        if (single) lines.push({ name: nameOf(key), detail, elapsedMs, nested: false });
        else if (elapsedMs >= SLOW_STEP) lines.push({ name: elementOf(key, shared), detail, elapsedMs, nested: true });
      }
    }
    return lines;
  }

  /** What was under way when the run ended, and so was given up. */
  cancelled(now: number): readonly SettledLine[] {
    for (const group of this.#groups.values()) group.giveUp(() => true);
    return [...this.#groups.values()].map((group) => cancelledLine(group, now));
  }

  /** What lost a race: of those steps nothing more is recorded. */
  #cutOff(isCut: (key: string) => boolean, now: number): void {
    for (const [shared, group] of this.#groups) {
      if (group.idle) continue;
      group.giveUp(isCut);
      if (!group.idle) continue;
      this.#groups.delete(shared);
      this.#tell(cancelledLine(group, now));
    }
  }

  #waits(key: string, detail: string, now: number): void {
    const group = this.#groupOf(key, now);
    group.start(key, now);
    group.note(key, detail);
  }

  #answered(key: string, now: number): void {
    const group = this.#groups.get(groupKey(key));
    group?.finish(key, group.elapsed(key, now), now);
  }

  #failed(key: string, detail: string, elapsedMs: number | undefined, now: number): void {
    const told = this.#groups.get(groupKey(key))?.fail(key, now) ?? true;
    if (told) this.#tell({ mark: "failed", name: nameOf(key), detail, ...(elapsedMs !== undefined && { elapsedMs }) });
  }

  #groupOf(key: string, now: number): StepGroup {
    const shared = groupKey(key);
    let group = this.#groups.get(shared);
    if (group === undefined) this.#groups.set(shared, (group = new StepGroup(nameOf(shared), now)));
    return group;
  }

  #tell(line: SettledLine): void {
    this.#settled.push(line);
  }
}

function cancelledLine(group: StepGroup, now: number): SettledLine {
  const { single, startedAt } = group;
  const name = single ? nameOf(group.lastKey) : group.name;
  const detail = single ? "cancelled" : `cancelled; ${group.counts}`;
  return { mark: "cancelled", name, detail, elapsedMs: now - startedAt };
}

/** A step's key without what tells apart steps of one kind: ordinals, keys in brackets, turns. */
function groupKey(key: string): string {
  return key.replace(/\/?#\d+|\[[^\]]*\]/g, "");
}

/** What tells a step from the others of its group: `[3]`. */
function elementOf(key: string, shared: string): string {
  return nameOf(key.startsWith(shared) ? key.slice(shared.length) : key);
}

/** A key as it is read: the engine escapes the signs that give keys their structure. */
function nameOf(key: string): string {
  return key.replace(/%(?:25|2F|23|5B|5D)/g, decodeURIComponent);
}
