import { existsSync, writeFileSync } from "node:fs";

export interface Trouble {
  readonly what: "loop" | "grow" | "exit" | "throw" | "none";
  /** Written when the function is called. */
  readonly file: string;
  /** It goes well where the file is there already. @default false */
  readonly firstTimeOnly?: boolean;
}

/** A function that gives its worker trouble. */
export default function trouble({ what, file, firstTimeOnly = false }: Trouble): string {
  const again = existsSync(file);
  writeFileSync(file, what);
  if (again && firstTimeOnly) return "well";
  switch (what) {
    case "none":
      return "well";
    case "loop":
      for (;;);
    case "grow": {
      const kept: unknown[] = [];
      for (;;) kept.push([kept.length]);
    }
    case "exit":
      return process.exit(1);
    case "throw":
      throw Object.assign(new TypeError("trouble"), { code: "E_TROUBLE" });
  }
}
