// A journal on which each of many agents comes to a stop at a write of its own: from there on nothing of that agent is recorded
// or answered, as if its process had died there. When all have stopped, the process may really die.
import type { Journal } from "aitor";
import { wrapped } from "../../src/journal/wrapped-journal.fixture.ts";

/** The write of an agent, from 1 on, before or after which it stops. */
export interface HoldPoint {
  readonly append: number;
  readonly when: "before" | "after";
}

export interface HeldJournal extends Journal {
  /** Writes of each agent, by its id. */
  readonly appends: ReadonlyMap<string, number>;
  /** Ids of those that have stopped. */
  readonly held: ReadonlySet<string>;
}

/** @param onHeld Told of each that has stopped. */
export function heldJournal(
  journal: Journal,
  points: Readonly<Record<string, HoldPoint>>,
  onHeld: (agent: string) => void,
): HeldJournal {
  const appends = new Map<string, number>();
  const held = new Set<string>();
  const hold = (agent: string): Promise<never> => {
    held.add(agent);
    onHeld(agent);
    return forever();
  };
  const append: Journal["append"] = (events, options) => {
    const agent = agentOf(events[0]?.stream ?? "");
    const count = (appends.get(agent) ?? 0) + 1;
    const point = points[agent];
    if (point === undefined || count < point.append) {
      appends.set(agent, count);
      return journal.append(events, options);
    }
    if (count > point.append) return forever();
    appends.set(agent, count);
    if (point.when === "before") return hold(agent);
    return Promise.resolve(journal.append(events, options)).then(() => hold(agent));
  };
  return Object.assign(wrapped(journal, { append }), { appends, held });
}

/** The streams of an agent are its mailbox and its runs: `<name>/<id>` and what is below it. */
function agentOf(stream: string): string {
  return stream.split("/").find((_, index) => index === 1) ?? "";
}

function forever(): Promise<never> {
  return new Promise(() => {});
}
