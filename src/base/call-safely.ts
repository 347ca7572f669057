import { isPromiseLike } from "./promise-like.ts";

/** Calls what others gave us. What it throws, or rejects with, goes to `failed` and nowhere else. */
export function callSafely<Value>(
  listener: (value: Value) => unknown,
  value: Value,
  failed: (thrown: unknown) => void,
): void {
  try {
    const returned = listener(value);
    if (isPromiseLike(returned)) returned.then(undefined, failed);
  } catch (thrown) {
    failed(thrown);
  }
}
