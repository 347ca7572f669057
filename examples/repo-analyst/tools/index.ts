import type { AnyTool } from "aitor";

import { count } from "./count.ts";
import { dependencies } from "./dependencies.ts";
import { find } from "./find.ts";
import { history } from "./history.ts";
import { list } from "./list.ts";
import { read } from "./read.ts";
import { search } from "./search.ts";

/** All that an analyst may do: look. */
export const analystTools: readonly AnyTool[] = [list, read, search, find, count, dependencies, history];
