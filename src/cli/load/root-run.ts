import { headOf, type RunAbout } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";

/** The run at the top, which is resumed: all below it goes on with it. */
export async function rootOf(journal: Journal, run: string): Promise<string> {
  const { parent } = ((await headOf(journal, run))?.about ?? {}) as Partial<RunAbout>;
  return parent === undefined ? run : rootOf(journal, parent);
}
