/** The middle of what is in rising order. */
export function median(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1] as number;
}

export function ascending(a: number, b: number): number {
  return a - b;
}

export function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 1000 ? 1 : 0);
}
