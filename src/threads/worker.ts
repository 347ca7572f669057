// What runs in a worker. A file of its own, also in the built package.
import { getHeapStatistics } from "node:v8";
import { type MessagePort, parentPort, threadId } from "node:worker_threads";
import { describe, messageOf, recordError } from "../base/index.ts";
import { type Answer, type Answered, type Call, NOBODY } from "./call.ts";

// The way of the calls is not `parentPort`, which modules may use.
parentPort?.once("message", (port: MessagePort) => {
  port.on("message", (given: Call) => void serve(given, port));
});

const printed = [flush(process.stdout), flush(process.stderr)];

async function serve({ module, input, taker }: Call, port: MessagePort): Promise<void> {
  if (Atomics.compareExchange(taker, 0, NOBODY, threadId) !== NOBODY) return;
  const answer = await call(module, input);
  // What was printed goes through the event loop of the process; it must be there before the answer is.
  await Promise.all(printed.map((flushed) => flushed()));
  send(answer, port);
}

/** Loads the module (once, as modules are), calls its default export, and says what became of it. */
async function call(module: string, input: readonly unknown[]): Promise<Answer> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(module)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    return { kind: "not-loaded", error: recordError(error), missing: isMissing(error, module) };
  }
  const fn = defaultOf(exports);
  if (typeof fn !== "function") {
    const got = "default" in exports ? describe(fn) : `exports ${Object.keys(exports).join(", ") || "of nothing"}`;
    return { kind: "no-function", got };
  }
  try {
    return { kind: "returned", result: await (fn as (...input: readonly unknown[]) => unknown)(...input) };
  } catch (error) {
    return { kind: "threw", error: recordError(error) };
  }
}

/** In what compilers make of `export default` for CommonJS, it is one level below. */
function defaultOf(exports: Readonly<Record<string, unknown>>): unknown {
  const outer = exports["default"] as { readonly __esModule?: unknown; readonly default?: unknown } | null | undefined;
  return outer?.__esModule === true ? outer.default : outer;
}

function send(answer: Answer, port: MessagePort): void {
  const { used_heap_size, external_memory } = getHeapStatistics();
  const bytes = used_heap_size + external_memory;
  try {
    port.postMessage({ answer, bytes } satisfies Answered);
  } catch (error) {
    const got = `${held(answer)}: ${messageOf(error)}`;
    port.postMessage({ answer: { kind: "not-copyable", got }, bytes } satisfies Answered);
  }
}

function held(answer: Answer): string {
  if ("error" in answer) return `the error ${describe(answer.error.message)}`;
  return answer.kind === "returned" ? describe(answer.result) : answer.got;
}

/** The module itself is not there, rather than something that it imports. */
function isMissing(error: unknown, module: string): boolean {
  const { code, url } = (error ?? {}) as { code?: unknown; url?: unknown };
  return code === "ERR_MODULE_NOT_FOUND" && url === module;
}

/** Resolves when what was written to a stream is there, however a module may have replaced its `write` since. */
function flush(stream: NodeJS.WriteStream): () => Promise<void> {
  const write = stream.write.bind(stream);
  return async () => {
    if (stream.writableLength > 0) await new Promise<void>((resolve) => write("", () => resolve()));
  };
}
