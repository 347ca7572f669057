// What runs in a worker; piscina calls `answer` for each call. A file of its own, also in the built package.
import { threadId } from "node:worker_threads";
import { describe, messageOf, recordError } from "../base/index.ts";
import type { Answer, Call } from "./call.ts";

/** Loads the module (once, as modules are), calls its default export, and says what became of it. Never throws. */
export async function answer({ module, input, thread }: Call): Promise<Answer> {
  Atomics.store(thread, 0, threadId);
  const said = await call(module, input);
  // What was printed goes through the event loop of the process; it must be there before the answer is.
  await Promise.all([printed(process.stdout), printed(process.stderr)]);
  return said;
}

async function call(module: string, input: readonly unknown[]): Promise<Answer> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(module)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    return { kind: "not-loaded", error: recordError(error), missing: isMissing(error, module) };
  }
  const fn = exports["default"];
  if (typeof fn !== "function") {
    const got = "default" in exports ? describe(fn) : `exports ${Object.keys(exports).join(", ") || "of nothing"}`;
    return { kind: "no-function", got };
  }
  try {
    const result: unknown = await (fn as (...input: readonly unknown[]) => unknown)(...input);
    return copyable(result);
  } catch (error) {
    return { kind: "threw", error: recordError(error) };
  }
}

/** A result that cannot be copied would kill the worker when it is sent. */
function copyable(result: unknown): Answer {
  if (typeof result === "object" ? result !== null : typeof result === "function" || typeof result === "symbol") {
    try {
      structuredClone(result);
    } catch (error) {
      return { kind: "not-copyable", got: `${describe(result)}: ${messageOf(error)}` };
    }
  }
  return { kind: "returned", result };
}

/** The module itself is not there, rather than something that it imports. */
function isMissing(error: unknown, module: string): boolean {
  const { code, url } = error as { code?: unknown; url?: unknown };
  return code === "ERR_MODULE_NOT_FOUND" && url === module;
}

async function printed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write("", () => resolve()));
}
