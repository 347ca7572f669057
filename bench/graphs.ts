/** A graph to run: each node adds one to the sum of what its parents give; a node without parents takes the input. */
export interface Shape {
  readonly name: string;
  /** For each node, the indexes of its parents, all smaller than its own. */
  readonly parents: readonly (readonly number[])[];
}

export function shapes(): Shape[] {
  return [
    { name: "chain of 100", parents: layers(100, 1, 1) },
    { name: "1 → 1000 → 1", parents: fan(1_000) },
    { name: "20 × 50 layers, 2 parents", parents: layers(20, 50, 2) },
    { name: "100 × 100 layers, 2 parents", parents: layers(100, 100, 2) },
  ];
}

function layers(depth: number, width: number, parents: number): number[][] {
  return Array.from({ length: depth * width }, (_, index) => {
    const layer = Math.floor(index / width);
    if (layer === 0) return [];
    return Array.from({ length: parents }, (_, parent) => (layer - 1) * width + ((index + parent) % width));
  });
}

function fan(width: number): number[][] {
  const middle = Array.from({ length: width }, () => [0]);
  return [[], ...middle, Array.from({ length: width }, (_, index) => index + 1)];
}

/** What each node computes; small, and asynchronous as real tasks are. */
export async function sum(...inputs: readonly number[]): Promise<number> {
  let total = 1;
  for (const input of inputs) total += input;
  return total % 1_000_003;
}

/** The nodes that no other takes from. */
export function sinks({ parents }: Pick<Shape, "parents">): number[] {
  const taken = new Set(parents.flat());
  return parents.flatMap((_, index) => (taken.has(index) ? [] : [index]));
}
