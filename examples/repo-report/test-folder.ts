// Folders for the tests: made of known files, removed after the test.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { onTestFinished } from "vitest";

/** An empty folder that the test's end removes. */
export function testFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "repo-report-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  addFiles(folder, files);
  return folder;
}

export function addFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = `${folder}/${path}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

export function makeFifo(path: string): void {
  const program = "mkfifo"; // Node cannot
  execFileSync(program, [path]);
}

/** A program of that name, in a folder of its own; gives the folder. */
export function testProgram(name: string, shellScript: string): string {
  const folder = testFolder({ [name]: `#!/bin/sh\n${shellScript}\n` });
  chmodSync(join(folder, name), 0o755);
  return folder;
}

/** Names that do harm where they are printed as they are. */
export const HOSTILE_NAMES = [
  "line\nfeed.ts",
  "\nfirst.ts",
  "escape\u001b[31mred\u001b[0m.ts",
  "title\u001b]0;mine\u0007.ts",
  "carriage\rreturn.ts",
  "tab\there.ts",
  "delete\u007f.ts",
  "c1\u009b31m.ts",
  "quotes\"'.ts",
  "`ticks``two`.ts",
  "`",
  "pipe|and|more.md",
  "backslash\\.ts",
  "backslash\\|pipe.ts",
  "<img src=x onerror=alert(1)>.html",
  "[link](javascript:alert(1)).md",
  "![image](x).md",
  "*bold* _em_ ~~gone~~ $x$.ts",
  "&amp;&#65;.ts",
  "www.example.invalid",
  "rtl\u202egnp.ts",
  "zero\u200bwidth.ts",
  "line\u2028separator.ts",
  " spaces around ",
  "two  spaces.ts",
  "--- | ---",
  "# heading",
  "```mermaid",
  "-rf",
  "$(touch pwned).sh",
  "__proto__",
  "constructor",
  "日本語.py",
  "fox🦊.ts",
  "e\u0301.ts",
] as const;
