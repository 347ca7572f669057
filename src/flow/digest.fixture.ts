/** A function for a worker. */
export default async function digest(text: string, rounds = 1): Promise<{ sum: number; rounds: number }> {
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    for (const char of text) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  }
  return { sum, rounds };
}
