/** What a provider's headers say of its limits, for one key: how many requests and tokens are left until when. */
export interface LimitState {
  readonly requests?: Window;
  readonly tokens?: Window;
}

export interface Window {
  readonly limit?: number;
  readonly left: number;
  /** Monotonic milliseconds when that was said. */
  readonly saidAt: number;
  /** Monotonic milliseconds at which it is full again. */
  readonly resetAt: number;
}

/**
 * Milliseconds until so much is left. Providers' windows fill up all the time, as OpenAI's and Anthropic's documentation
 * says; one that does not, or whose limit is not known, is full at its reset and has nothing more before.
 */
export function waitFor(window: Window, needed: number, now: number, fills: boolean): number {
  const { limit, left, saidAt, resetAt } = window;
  if (now >= resetAt || left >= needed) return 0;
  if (!fills || limit === undefined || limit <= left) return resetAt - now;
  const wanted = Math.min(needed, limit);
  return Math.max(0, saidAt + ((wanted - left) / (limit - left)) * (resetAt - saidAt) - now);
}

const NAMES = [
  ["requests", "x-ratelimit-remaining-requests", "x-ratelimit-limit-requests", "x-ratelimit-reset-requests"],
  ["tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-limit-tokens", "x-ratelimit-reset-tokens"],
  [
    "requests",
    "anthropic-ratelimit-requests-remaining",
    "anthropic-ratelimit-requests-limit",
    "anthropic-ratelimit-requests-reset",
  ],
  [
    "tokens",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-limit",
    "anthropic-ratelimit-tokens-reset",
  ],
  [
    "tokens",
    "anthropic-ratelimit-input-tokens-remaining",
    "anthropic-ratelimit-input-tokens-limit",
    "anthropic-ratelimit-input-tokens-reset",
  ],
  [
    "tokens",
    "anthropic-ratelimit-output-tokens-remaining",
    "anthropic-ratelimit-output-tokens-limit",
    "anthropic-ratelimit-output-tokens-reset",
  ],
] as const;

/** No provider's window is longer than a day. */
const LONGEST_WINDOW = 86_400_000;

/**
 * @param now Milliseconds since 1970, for resets that are a date.
 * @param monotonic The same moment, monotonic.
 * @returns Nothing where the headers say nothing.
 */
export function limitsOf(
  headers: Readonly<Record<string, string | undefined>>,
  now: number,
  monotonic: number,
): LimitState | undefined {
  let found: LimitState | undefined;
  for (const [kind, left, limit, reset] of NAMES) {
    const remaining = number(headers[left]);
    const resetIn = duration(headers[reset], now);
    if (remaining === undefined || resetIn === undefined) continue;
    const most = number(headers[limit]);
    const window = {
      left: remaining,
      saidAt: monotonic,
      resetAt: monotonic + Math.min(resetIn, LONGEST_WINDOW),
      ...(most !== undefined && { limit: most }),
    };
    const before = found?.[kind];
    // Of several windows the one that is nearest to its end counts.
    if (before === undefined || part(window) < part(before)) found = { ...found, [kind]: window };
  }
  return found;
}

function part({ left, limit }: Window): number {
  return limit === undefined || limit === 0 ? left : left / limit;
}

function number(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `6m0s`, `20ms`, seconds, or a date; in milliseconds. */
function duration(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) {
    let sum = 0;
    for (const [, value, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
      sum += Number(value) * (UNITS[unit as string] as number);
    }
    return sum;
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
