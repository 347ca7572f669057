import {
  AitorError,
  describe,
  type ErrorRecord,
  messageOf,
  rebuildError,
  type ThreadErrorCode,
} from "../base/index.ts";

type ThreadError = AitorError<ThreadErrorCode>;

export function notLoadedError(name: string, module: string, error: ErrorRecord, missing: boolean): ThreadError {
  return new AitorError({
    code: "thread-module",
    message: `the module of "${name}" ${missing ? "is not there" : "cannot be loaded"}`,
    expected: missing ? "a module at this URL" : "a module that a worker can import",
    got: missing ? module : `${module}: ${error.message.split("\n", 1)[0]}`,
    fix: missing
      ? 'correct the path: new URL("./hash.ts", import.meta.url); what a bundler writes must hold the file too'
      : "see the cause: the module itself, or one that it imports, failed",
    retryable: false,
    data: { module },
    cause: rebuildError(error),
  });
}

export function noFunctionError(name: string, module: string, got: string): ThreadError {
  return new AitorError({
    code: "thread-module",
    message: `the module of "${name}" has no function as its default export`,
    expected: "export default function …",
    got,
    fix: "export the function that the worker calls as default",
    retryable: false,
    data: { module },
  });
}

export function resultNotCopyableError(name: string, got: string): ThreadError {
  return new AitorError({
    code: "thread-clone",
    message: `the result of "${name}" cannot be sent from its worker`,
    expected: COPYABLE,
    got,
    fix: "return plain data, and throw errors with such data",
    retryable: false,
  });
}

export function inputNotCopyableError(name: string, input: readonly unknown[], error: unknown): ThreadError {
  const index = input.findIndex((value) => !isCopyable(value));
  return new AitorError({
    code: "thread-clone",
    message: `input ${index + 1} of "${name}" cannot be sent to a worker`,
    expected: COPYABLE,
    got: `${describe(input[index])}: ${messageOf(error)}`,
    fix: "pass plain data; what holds functions, sockets or handles is made inside of the module",
    retryable: false,
    data: { index },
  });
}

const COPYABLE =
  "what can be copied between threads: plain objects, arrays, dates, maps, sets, buffers; no functions, nothing thousands of levels deep";

function isCopyable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

export function memoryError(name: string, used: number | undefined, memory: number): ThreadError {
  return new AitorError({
    code: "thread-died",
    message: `the worker of "${name}" ran out of memory`,
    expected: `at most ${memory} MB of heap and buffers`,
    got: used === undefined ? "more than that" : `${used} MB`,
    fix: "work on smaller parts, or give workers more: configureThreads({ memory })",
    retryable: true,
    data: { reason: "memory", memory },
  });
}

export function exitError(name: string, code: number): ThreadError {
  return new AitorError({
    code: "thread-died",
    message: `the worker of "${name}" ended before it answered`,
    expected: "a function that returns or throws",
    got: `the worker's exit with code ${code}`,
    fix: "take process.exit out of the module and what it imports, and do not end its worker from outside",
    retryable: true,
    data: { reason: "exit", exitCode: code },
  });
}

export function uncaughtError(name: string, error: unknown): ThreadError {
  return new AitorError({
    code: "thread-died",
    message: `the worker of "${name}" died of an uncaught error: ${messageOf(error)}`,
    expected: "errors that the function throws or rejects with",
    got: "one that was thrown from a callback, or a rejected promise that nobody awaits",
    fix: "see the cause; await every promise that the module starts",
    retryable: true,
    data: { reason: "error" },
    cause: error,
  });
}

export function unavailableError(name: string, error: unknown): ThreadError {
  return new AitorError({
    code: "thread-unavailable",
    message: `no worker can be started for "${name}"`,
    expected: "a worker thread that starts",
    got: error === undefined ? "one that ended while it started" : messageOf(error),
    fix: "see the cause: Node's permissions, its options, or the system's limits on threads and memory",
    data: { name },
    cause: error,
  });
}

/** The worker is a file of its own, which nobody knows in a bundle of CommonJS. */
export function bundledError(name: string): ThreadError {
  return new AitorError({
    code: "thread-unavailable",
    message: `no worker can be started for "${name}": where its file is cannot be told`,
    expected: "import.meta.url, which says where the package is",
    got: "none, as in what a bundler writes as CommonJS",
    fix: 'the worker is a file of its own in the package "aitor": leave that outside of what a bundler writes (esbuild: --external:aitor)',
    retryable: false,
    data: { name },
  });
}

export function closedError(name: string): ThreadError {
  return new AitorError({
    code: "threads-closed",
    message: `the thread pool was disposed before "${name}" had ended`,
    expected: "an open pool",
    got: "one that was disposed",
    fix: "dispose the pool after its calls",
    retryable: false,
  });
}
