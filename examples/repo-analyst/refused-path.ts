import { AitorError } from "aitor";

import { visible } from "../repo-report/escape.ts";

/** What a tool says of a path that it does not go to, for a model to mend. */
export function refusedPath(path: string, got: string): AitorError<"path-refused"> {
  return new AitorError({
    code: "path-refused",
    message: `"${visible(path)}" cannot be looked at`,
    expected: 'a path within the folder, such as "src/main.ts", or "." for the folder itself',
    got,
    fix: "use a path that list or find gave",
    retryable: false,
  });
}
