import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";

import { firstFault } from "../../base/index.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { UsageError } from "../terminal/errors.ts";

/** Where a JSON value comes from: a text, else a file, else nowhere. */
export interface JsonSource {
  /** The option that the text came with. */
  readonly option: "--input" | "--value" | "<message>";
  /** What the file is called. */
  readonly noun: "input" | "message" | "value";
  readonly text: string | undefined;
  /** `-` for stdin. */
  readonly file: string | undefined;
}

/** The value; `undefined` where none is given. @throws UsageError for what cannot be read or is not JSON. */
export async function readJson({ option, noun, text, file }: JsonSource, output: CommandOutput): Promise<unknown> {
  if (text !== undefined) return parse(text, option, option);
  if (file === undefined) return undefined;
  const what = file === "-" ? "stdin" : `the ${noun} file "${file}"`;
  if (file === "-" && process.stdin.isTTY) output.tell("reading JSON from the terminal, up to Ctrl-D\n");
  const bytes = file === "-" ? await buffer(process.stdin) : await readBytes(file, noun);
  return parse(decode(bytes, what), what, option);
}

async function readBytes(path: string, noun: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const got = code === "ENOENT" ? "no file there" : code === "EISDIR" ? "a folder" : (error as Error).message;
    throw new UsageError(`the ${noun} file "${path}" cannot be read`, {
      expected: "a file with a JSON value, or - for stdin",
      got,
      fix: `correct the path; it is relative to ${process.cwd()}`,
    });
  }
}

/** Without the mark that some editors put at the beginning. */
function decode(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${what} is not JSON`, {
      expected: "text in UTF-8",
      got: "bytes that are not UTF-8",
      fix: "save it as UTF-8",
    });
  }
}

function parse(text: string, what: string, option: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJsonError(text, what, option, error as SyntaxError);
  }
}

function notJsonError(text: string, what: string, option: string, cause: SyntaxError): UsageError {
  const fault = firstFault(text, cause);
  const place = `line ${fault.line}, column ${fault.column}`;
  const isWord = what === option && /^\p{L}[\p{L}\p{N} _.:/@-]*$/u.test(text);
  return new UsageError(`${what} is not JSON`, {
    expected: "one JSON value",
    got: `${fault.what} at ${place}${fault.excerpt === "" ? "" : `: ${fault.excerpt}`}`,
    fix: isWord
      ? `quote a text twice, for JSON and for the shell: ${option === "<message>" ? "" : `${option} `}'"${text}"'`
      : "correct it there",
  });
}
