import { milliseconds, optionsOf, type RetryPolicy, retryPolicy } from "../../base/index.ts";
import type { RequestRetry } from "./request-options.ts";

const OPTIONS = ["attempts", "initialDelay", "maxDelay", "time"] as const satisfies readonly (keyof RequestRetry)[];

/** How a manager tries again, and for how many milliseconds. @throws AitorError `invalid-option`, `invalid-duration`. */
export function requestRetry(retry: RequestRetry | number): { policy: RetryPolicy; time: number } {
  const given: RequestRetry = typeof retry === "number" ? { attempts: retry } : retry;
  const { time = "2m", ...options } = optionsOf(given, OPTIONS, "an option of retry of the manager");
  const policy = retryPolicy({ initialDelay: "250ms", ...options }, "retry of the manager");
  return { policy, time: milliseconds(time, "retry of the manager: time") };
}
