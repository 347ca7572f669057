const NUMBER = new Intl.NumberFormat("en-US");
const UNITS = ["kB", "MB", "GB", "TB", "PB"] as const;

/** `1,234` */
export function count(value: number): string {
  return NUMBER.format(value);
}

/** `1 file`, `1,234 files` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `12 B`, `1.2 kB`, `120 kB`: decimal units, as in most file managers. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit] ?? ""}`;
}

/** `850 ms`, `1.2 s`, `2 min 5 s` */
export function time(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `2026-11-26 18:30:12 UTC` */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `+12`, `−3` */
export function difference(before: number, after: number): string {
  return `${after < before ? "−" : "+"}${count(Math.abs(after - before))}`;
}

/** A bar of at most `width` blocks: `part` of `whole`. */
export function bar(part: number, whole: number, width: number): string {
  const eighths = whole === 0 ? 0 : Math.max(1, Math.round((part / whole) * width * 8));
  return "█".repeat(Math.floor(eighths / 8)) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
}
