/** `now`, `42 s ago`, `5 min ago`, `3 h ago`, `2 days ago`. Milliseconds since 1970. */
export function agoText(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1_000));
  return seconds === 0 ? "now" : `${spanText(seconds)} ago`;
}

/** `in 42 s`, or that it is over. */
export function untilText(at: number, now: number): string {
  const seconds = Math.ceil((at - now) / 1_000);
  return seconds <= 0 ? "now due" : `in ${spanText(seconds)}`;
}

function spanText(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 36 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** `2026-11-23 22:58:03`, of this place. */
export function momentText(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "an unknown time";
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

/** `07`. */
export function two(count: number): string {
  return String(count).padStart(2, "0");
}

/** `812 bytes`, `1.2 kB`, `34 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} bytes`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1_000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `1 run`, `12,345 runs`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${groupedText(count)} ${count === 1 ? one : many}`;
}

/** `12,345`. */
export function groupedText(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
