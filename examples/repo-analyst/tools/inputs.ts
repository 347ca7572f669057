import { z } from "zod";

/** Where a tool looks. */
export const pathInput = z
  .string()
  .max(4_096)
  .default(".")
  .describe('a path within the folder, such as "src"; "." or nothing is the folder itself');

export const namesInput = z
  .array(z.string().min(1).max(200))
  .min(1)
  .max(50)
  .optional()
  .describe('patterns of file names, such as "*.ts" or "src/*/index.*"; * stands for anything, ? for one character');
