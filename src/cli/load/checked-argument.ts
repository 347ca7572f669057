import { isAitorError } from "../../base/index.ts";
import { UsageError } from "../terminal/errors.ts";
import { firstLine } from "../terminal/safe-text.ts";

/** What `check` gives. @throws UsageError (rejects with) for what it refuses: it came with the arguments, which must change. */
export async function checkedArgument<Out>(check: () => Out | Promise<Out>): Promise<Out> {
  try {
    return await check();
  } catch (error) {
    if (!isAitorError(error)) throw error;
    const { message, expected = "", got = "", fix = "", cause } = error;
    throw new UsageError(firstLine(message), { expected, got, fix, cause });
  }
}
