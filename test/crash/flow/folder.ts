// The input of the runs that are killed: a folder of many small files, and what is in it, known without reading it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Figures {
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
}

/** Files in one subfolder. */
const EACH = 500;

/** Writes so many files, 500 to a subfolder; the same each time. */
export function makeFolder(folder: string, files: number): Figures {
  let lines = 0;
  let bytes = 0;
  for (let file = 0; file < files; file++) {
    const subfolder = join(folder, `part-${Math.floor(file / EACH)}`);
    if (file % EACH === 0) mkdirSync(subfolder, { recursive: true });
    const count = (file * 7) % 23;
    const text = `line ${file}\n`.repeat(count);
    writeFileSync(join(subfolder, `file-${file}.txt`), text);
    lines += count;
    bytes += text.length;
  }
  return { files, lines, bytes };
}
