import { appendFileSync } from "node:fs";

interface Work {
  readonly what: "count" | "loop" | "throw" | "exit";
  readonly file: string;
}

/** What a tool does in a worker; it writes down that it has begun. */
export default function work({ what, file }: Work): unknown {
  appendFileSync(file, `${what}\n`);
  if (what === "throw") throw Object.assign(new TypeError("no such thing"), { code: "E_THING" });
  if (what === "exit") process.exit(3);
  while (what === "loop");
  return { counted: file.length };
}
