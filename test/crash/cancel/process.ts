// A process in which runs wait; it tells when one has come to its place, and when it has come to its end.
import { createInterface } from "node:readline";

import { EmbeddedEngine, isAitorError } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { tellLine } from "../told.ts";
import { type PlaceName, places } from "./places.ts";

export interface CancelPlan {
  /** To wait, as it is told on its stdin; or to go on with what is unfinished. */
  readonly does: "wait" | "recover";
  readonly journal: string;
}

/** On its stdin, a line each; the end of it says that there is no more. */
export interface CancelAsked {
  readonly place: PlaceName;
  readonly id: string;
}

export type CancelTold =
  | { readonly told: "open" }
  /** The run of the asked id waits. */
  | { readonly told: "waiting"; readonly run: string }
  | { readonly told: "settled"; readonly id: string; readonly code: string }
  /** At the end: steps that are still under way. */
  | { readonly told: "left"; readonly steps: readonly string[] }
  | { readonly told: "recovered"; readonly runs: readonly string[] };

const tell = (told: CancelTold): void => tellLine(told);

await main(JSON.parse(process.argv[2] ?? "") as CancelPlan);

async function main({ does, journal: path }: CancelPlan): Promise<void> {
  await using journal = sqliteJournal(path);
  const { definitions, open } = places((run) => tell({ told: "waiting", run }));
  await using engine = new EmbeddedEngine({ journal, definitions: Object.values(definitions) });
  if (does === "recover") {
    const { runs, messages } = await engine.recover();
    tell({ told: "recovered", runs: [...runs, ...messages.map(String)] });
    return;
  }
  await engine.recover();
  tell({ told: "open" });
  for await (const line of createInterface({ input: process.stdin })) {
    const { place, id } = JSON.parse(line) as CancelAsked;
    const result =
      place === "queue"
        ? engine.ask({ name: "queue", id: "1" }, undefined, { id })
        : engine.start(definitions[place], undefined, { id }).result;
    void result.then(
      () => tell({ told: "settled", id, code: "an output" }),
      (error: unknown) => tell({ told: "settled", id, code: isAitorError(error) ? error.code : String(error) }),
    );
  }
  tell({ told: "left", steps: [...open] });
  await new Promise(() => setInterval(() => {}, 1_000_000));
}
