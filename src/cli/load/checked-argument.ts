import { isAitorError } from "../../base/index.ts";
import { UsageError } from "../terminal/errors.ts";

/** What `check` gives. @throws UsageError (rejects with) for what it refuses: it came with the arguments, which must change. */
export async function checkedArgument<Out>(check: () => Out | Promise<Out>): Promise<Out> {
  try {
    return await check();
  } catch (error) {
    if (!isAitorError(error)) throw error;
    const { message, expected = "", got = "", fix = "", cause } = error;
    throw new UsageError(message.split("\n", 1)[0] as string, { expected, got, fix, cause });
  }
}
