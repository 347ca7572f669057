/** What all contenders do, so that it is the same: the tool of the agents, and the text of the streams. */

/** How often `add` was called in this process. */
export const tally: { calls: number } = { calls: 0 };

export function add({ a, b }: { readonly a: number; readonly b: number }): number {
  tally.calls++;
  return a + b;
}

export const DELTAS = 20_000;
const WORDS = ["Paris ", "is ", "the ", "capital", ", and ", "it ", "has ", "been ", "so ", "for long. "];

export function delta(index: number): string {
  return WORDS[index % WORDS.length] as string;
}

/** A model's text, in pieces, without any waiting. */
export async function* pieces(): AsyncGenerator<string> {
  for (let index = 0; index < DELTAS; index++) yield delta(index);
}
