import type { MessageKey } from "../../base/index.ts";
import { messageName } from "../load/message-name.ts";

/** A random id, or that of a message at the end of its run's. */
const UUID = /(?<=^|\/)([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * A random id by its beginning, which is enough to find the run; one that somebody chose as it is.
 *
 * @param key Whose message the run handles: then the message's id is enough.
 */
export function shortId(id: string, key?: MessageKey): string {
  const own = key === undefined ? undefined : messageName(id);
  return (own ?? id).replace(UUID, "$1");
}

/** The short forms of runs' ids; in full where two of them are alike. */
export function shortIds(runs: readonly RunId[]): ReadonlyMap<string, string> {
  const uses = new Map<string, number>();
  for (const { id, key } of runs) uses.set(shortId(id, key), (uses.get(shortId(id, key)) ?? 0) + 1);
  return new Map(runs.map(({ id, key }) => [id, uses.get(shortId(id, key)) === 1 ? shortId(id, key) : id]));
}

interface RunId {
  readonly id: string;
  readonly key?: MessageKey;
}
