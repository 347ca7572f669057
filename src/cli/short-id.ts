/** A random id, or that of a message at the end of its run's. */
const UUID = /(?<=^|\/)([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A random id by its beginning, which is enough to find the run; one that somebody chose as it is. */
export function shortId(id: string): string {
  return id.replace(UUID, "$1");
}

/** The short forms of ids; in full where two of them begin alike. */
export function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const uses = new Map<string, number>();
  for (const id of ids) uses.set(shortId(id), (uses.get(shortId(id)) ?? 0) + 1);
  return new Map(ids.map((id) => [id, uses.get(shortId(id)) === 1 ? shortId(id) : id]));
}
