/*
 * Counts durations in buckets whose width is a fixed share of what they hold. So a quantile has a bounded relative error,
 * whatever the durations are (HdrHistogram, by Tene, does the same). A bucket is a number's own exponent and the first bits
 * of its fraction, so adding a duration takes no logarithm.
 */

/** Each power of two is divided into 2 ** 4 buckets. */
const FRACTION_BITS = 4;
/** Milliseconds, as powers of two; what is shorter or longer counts as the shortest or the longest. */
const SHORTEST = -10;
const LONGEST = 30;
const EXPONENT_BIAS = 1_023;
const FIRST = (EXPONENT_BIAS + SHORTEST) << FRACTION_BITS;
const BUCKETS = (LONGEST - SHORTEST) << FRACTION_BITS;
/** Cells behind the buckets: as numbers of this array they cost no allocation when they change. */
const TOTAL = BUCKETS;
const MAXIMUM = BUCKETS + 1;

/** How far a quantile may be from the exact one, relatively, between a microsecond and twelve days. */
export const RELATIVE_ERROR: number = 2 ** -(FRACTION_BITS + 1);

/** One number, and its bits; the half with the exponent is the second one on every machine that runs JavaScript now. */
const number = new Float64Array(1);
const bits = new Uint32Array(number.buffer);
const UNUSED_BITS = 20 - FRACTION_BITS;

/** Fixed in size: 5 KB. All in milliseconds. */
export class DurationHistogram {
  readonly #cells = new Float64Array(BUCKETS + 2);

  add(ms: number): void {
    const cells = this.#cells;
    number[0] = ms;
    const bucket = ((bits[1] as number) >>> UNUSED_BITS) - FIRST;
    (cells[Math.min(Math.max(bucket, 0), BUCKETS - 1)] as number)++;
    (cells[TOTAL] as number) += ms;
    if (ms > (cells[MAXIMUM] as number)) cells[MAXIMUM] = ms;
  }

  get count(): number {
    return this.#cells.subarray(0, BUCKETS).reduce((sum, each) => sum + each, 0);
  }

  get total(): number {
    return this.#cells[TOTAL] as number;
  }

  get maximum(): number {
    return this.#cells[MAXIMUM] as number;
  }

  /** The least duration that a share (0 to 1) of all do not exceed; 0 where there are none. */
  quantile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#cells[bucket] as number;
      if (seen >= rank) return Math.min(middleOf(bucket), this.maximum);
    }
    return 0;
  }
}

function middleOf(bucket: number): number {
  const perOctave = 2 ** FRACTION_BITS;
  const exponent = Math.floor(bucket / perOctave) + SHORTEST;
  return 2 ** exponent * (1 + ((bucket % perOctave) + 0.5) / perOctave);
}
