import { Aitorflow, type Input } from "aitor";

import { changed } from "./changed.ts";
import { dependencies } from "./dependencies.ts";
import { history } from "./history.ts";
import { languages } from "./languages.ts";
import { largest } from "./largest.ts";
import { omitted } from "./omitted.ts";
import { read } from "./read.ts";
import { scan } from "./scan.ts";
import { todos } from "./todos.ts";

/** Reads a folder: takes its path, gives the sections of a report by their names, and what they were made of. */
export const readFolder = Aitorflow.define("read-folder", (flow, folder: Input<string>) => {
  const batches = flow.add(scan, folder); // the folder's files, 200 by 200
  const facts = flow.map(read, batches, { concurrency: 8 }); // every file is read once, 8 at the same time

  return [
    batches,
    facts,
    flow.add(languages, facts),
    flow.add(largest, facts),
    flow.add(todos, facts),
    flow.add(omitted, facts),
    flow.add(dependencies, batches),
    flow.add(changed, folder), // git works beside all this
    flow.add(history, folder),
  ];
});
