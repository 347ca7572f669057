import { digits } from "./sample.ts";

/** What a contender is drawn with, always the same. */
const COLOURS: Readonly<Record<string, string>> = {
  aitor: "#d1242f",
  raw: "#6e7781",
  "pi-agent-core": "#0969da",
  "AI SDK": "#1a1a1a",
  LangGraph: "#1a7f37",
  "OpenAI Agents": "#8250df",
  Mastra: "#bc4c00",
  VoltAgent: "#0a7ea4",
  "p-graph": "#9a6700",
  "async.auto": "#bf3989",
};
const OTHER = "#8c959f";
const WIDTH = 760;

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Lines over sizes, both axes logarithmic. @param unit Of what goes up. */
export function lines(title: string, over: string, unit: string, series: readonly Series[]): string {
  const [left, top, width, height] = [70, 46, 520, 320];
  const points = series.flatMap(({ points: each }) => each);
  const sizes = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const x = scale(sizes, left, left + width);
  const ticks = decades(points.map(({ y }) => y));
  const y = scale(ticks, top + height, top);
  const grid = ticks.map((tick) => {
    const at = y(tick);
    return `<line x1="${left}" x2="${left + width}" y1="${at}" y2="${at}" stroke="#d0d7de"/>${text(left - 8, at + 4, short(tick), "end")}`;
  });
  const below = sizes.map((size) => text(x(size), top + height + 20, size.toLocaleString("en"), "middle"));
  const last = series.map(({ points: each }) => y(each.at(-1)?.y ?? 1));
  const labels = apart(last);
  const drawn = series.map(({ name, points: each }, index) => {
    const path = each.map((point) => `${x(point.x)},${y(point.y)}`).join(" ");
    const dots = each.map((point) => `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3"/>`).join("");
    const end = each.at(-1);
    const label = text((end === undefined ? left : x(end.x)) + 10, (labels[index] as number) + 4, name, "start");
    const stroke = name === "aitor" ? 3 : 1.5;
    return `<g fill="${colour(name)}"><polyline points="${path}" fill="none" stroke="${colour(name)}" stroke-width="${stroke}"/>${dots}${label}</g>`;
  });
  const axis = text(left + width / 2, top + height + 40, over, "middle");
  return svg(`${title}, ${unit}`, top + height + 54, [...grid, ...below, axis, ...drawn]);
}

export interface Bar {
  readonly name: string;
  readonly value: number;
}

/** Bars in groups, each with its figure, on a logarithmic scale. */
export function bars(
  title: string,
  unit: string,
  groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[],
): string {
  const [left, width, row] = [170, 480, 20];
  const ticks = decades(groups.flatMap(({ bars: each }) => each.map(({ value }) => value)));
  const x = scale(ticks, left, left + width);
  let top = 46;
  const drawn = groups.flatMap(({ name, bars: each }) => {
    const heading = groups.length > 1 ? [text(20, top + 13, name, "start", "bold")] : [];
    if (groups.length > 1) top += row;
    const found = each.map((bar) => {
      const [at, end] = [top, x(bar.value)];
      top += row;
      const figure = text(end + 6, at + 13, digits(bar.value), "start");
      return `${text(left - 8, at + 13, bar.name, "end")}<rect x="${left}" y="${at + 2}" width="${Math.max(1, end - left).toFixed(1)}" height="14" fill="${colour(bar.name)}"/>${figure}`;
    });
    top += 10;
    return [...heading, ...found];
  });
  const grid = ticks.map((tick) => {
    const at = x(tick);
    return `<line x1="${at}" x2="${at}" y1="42" y2="${top}" stroke="#d0d7de"/>${text(at, top + 14, short(tick), "middle")}`;
  });
  return svg(`${title}, ${unit} (logarithmic)`, top + 26, [...grid, ...drawn]);
}

function svg(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(20, 26, title, "start", "bold"),
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function text(x: number, y: number, what: string, anchor: string, weight = "normal"): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-weight="${weight}">${escaped(what)}</text>`;
}

/** From the logarithms of the values to places on the page. */
function scale(values: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const span = high - low || 1;
  return (value) => round(from + ((Math.log10(value) - low) / span) * (to - from));
}

/** The powers of ten that enclose the values. */
function decades(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
}

/** Moves what would be written over each other. */
function apart(places: readonly number[]): number[] {
  const order = places.map((_, index) => index).sort((a, b) => (places[a] as number) - (places[b] as number));
  const moved = [...places];
  for (const [turn, index] of order.entries()) {
    const before = moved[order[turn - 1] ?? -1];
    if (before !== undefined) moved[index] = Math.max(moved[index] as number, before + 14);
  }
  return moved;
}

function short(value: number): string {
  return value >= 1 ? value.toLocaleString("en") : String(Number(value.toPrecision(1)));
}

function colour(name: string): string {
  return COLOURS[name.split(",")[0] as string] ?? OTHER;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function escaped(what: string): string {
  return what.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
