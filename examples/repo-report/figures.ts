import { type Sections, totals } from "./sections.ts";

/** Figures by what they count. Those of a language that is not there are 0; what nobody knows is not there. */
export type Figures = Readonly<Record<string, number>>;

/** The figures of a report that the next one is compared with. */
export function figuresOf({ languages, todos, dependencies, history }: Sections): Figures {
  const figures: Record<string, number> = { ...totals(languages) };
  for (const { language, files, lines, bytes } of languages) {
    figures[`${language}: files`] = files;
    figures[`${language}: lines`] = lines;
    figures[`${language}: bytes`] = bytes;
  }
  figures["notes to come back to"] = todos.total;
  figures["dependencies"] = dependencies.names;
  if (!("missing" in history)) figures["commits"] = history.commits;
  return figures;
}

/** A figure that is not what it was. */
export interface Move {
  readonly figure: string;
  readonly before: number;
  readonly after: number;
}

export function movesBetween(before: Figures, after: Figures): Move[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...names].flatMap((figure) => {
    const isKnown = figure.includes(":") || (figure in before && figure in after);
    const move = { figure, before: before[figure] ?? 0, after: after[figure] ?? 0 };
    return isKnown && move.before !== move.after ? [move] : [];
  });
}
