/**
 * The name that was probably meant: the one that takes the fewest insertions, deletions, replacements and swaps of
 * neighbours (optimal string alignment), where that is at most a third of it. `readFile` and `read_file` are one.
 */
export function nearest(asked: string, names: Iterable<string>): string | undefined {
  const wanted = plain(asked);
  let best: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const known = plain(name);
    const limit = Math.max(known.length, wanted.length) / 3;
    const cost = Math.abs(known.length - wanted.length) > limit ? Infinity : distance(wanted, known);
    if (cost <= limit && cost < least) [best, least] = [name, cost];
  }
  return best;
}

/** Longer names are no tool's and no field's that somebody meant. */
const LONGEST = 64;

function plain(name: string): string {
  return name
    .slice(0, LONGEST)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const costs = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const replaced = (above[column - 1] as number) + same;
      let cost = Math.min(replaced, (above[column] as number) + 1, (costs[column - 1] as number) + 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (before[column - 2] as number) + 1);
      costs.push(cost);
    }
    before = above;
    above = costs;
  }
  return above[b.length] as number;
}
