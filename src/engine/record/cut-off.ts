interface Decision {
  readonly seq: number;
}

/** By the path of a scope: the `seq` at which branches in it decided last. @param decisions By the key of their group. */
export function lastDecisions(decisions: ReadonlyMap<string, Decision>): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const [group, { seq }] of decisions) last.set(group.slice(0, group.lastIndexOf("/") + 1), seq);
  return last;
}

/**
 * Whether branches have decided in a scope around something's own since it was known to be open: what they cut off leaves no other
 * record.
 */
export function isCutOff(key: string, openAt: number, decided: ReadonlyMap<string, number>): boolean {
  let path = "";
  for (let end = key.indexOf("/"); end !== -1; end = key.indexOf("/", end + 1)) {
    if (openAt < (decided.get(path) ?? 0)) return true;
    path = key.slice(0, end + 1);
  }
  return false;
}
