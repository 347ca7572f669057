/** Looks for a perfect number that is odd. Nobody knows whether there is one. */
export default function search(from: number): number {
  for (let n = from | 1; ; n += 2) if (divisors(n) === n) return n;
}

function divisors(n: number): number {
  let sum = 0;
  for (let divisor = 1; divisor <= n / 3; divisor++) if (n % divisor === 0) sum += divisor;
  return sum;
}
