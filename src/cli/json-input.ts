import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";

import type { RunArguments } from "./command-line.ts";
import type { CommandOutput } from "./command-output.ts";
import { UsageError } from "./errors.ts";
import { firstFault } from "./json-fault.ts";

/** The run's input; `undefined` where none is given. @throws UsageError for what cannot be read or is not JSON. */
export async function readInput({ input, inputFile }: RunArguments, output: CommandOutput): Promise<unknown> {
  if (input !== undefined) return parse(input, "--input");
  if (inputFile === undefined) return undefined;
  const what = inputFile === "-" ? "stdin" : `the input file "${inputFile}"`;
  if (inputFile === "-" && process.stdin.isTTY) output.tell("reading JSON from the terminal, up to Ctrl-D\n");
  const bytes = inputFile === "-" ? await buffer(process.stdin) : await readBytes(inputFile);
  return parse(decode(bytes, what), what);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const got = code === "ENOENT" ? "no file there" : code === "EISDIR" ? "a folder" : (error as Error).message;
    throw new UsageError(`the input file "${path}" cannot be read`, {
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

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJsonError(text, what, error as SyntaxError);
  }
}

function notJsonError(text: string, what: string, cause: SyntaxError): UsageError {
  const fault = firstFault(text, cause);
  const place = `line ${fault.line}, column ${fault.column}`;
  const isWord = what === "--input" && /^\p{L}[\p{L}\p{N} _.:/@-]*$/u.test(text);
  return new UsageError(`${what} is not JSON`, {
    expected: "one JSON value",
    got: `${fault.what} at ${place}${fault.excerpt === "" ? "" : `: ${fault.excerpt}`}`,
    fix: isWord ? `quote a text twice, for JSON and for the shell: --input '"${text}"'` : "correct it there",
  });
}
