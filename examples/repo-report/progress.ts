import type { EngineEvent } from "aitor/engine";

import { count } from "./format.ts";
import type { Batch } from "./scan.ts";

/** How far one task is: its steps that are open, and what they said they have done. */
interface Reach {
  open: number;
  done: number;
}

/**
 * Shows how far a run is that reads a folder: on a terminal a line that is rewritten and in the end removed, elsewhere a
 * few lines.
 */
export class ProgressDisplay {
  readonly #show: Display;
  readonly #tasks = new Map<string, Reach>();
  readonly #steps = new Map<string, { readonly task: string; done: number }>();
  #batches: readonly Batch[] = [];

  constructor(stream: NodeJS.WriteStream) {
    this.#show = stream.isTTY ? statusLine(stream) : plainLines(stream);
  }

  /** @param event One of the run's. */
  apply(event: EngineEvent): void {
    if (event.type === "step-started") {
      const { name } = event.data;
      const reach = this.#tasks.get(name) ?? { open: 0, done: 0 };
      this.#tasks.set(name, { ...reach, open: reach.open + 1 });
      this.#steps.set(event.key, { task: name, done: 0 });
    }
    const step = this.#steps.get(event.key);
    const reach = this.#tasks.get(step?.task ?? "");
    if (step === undefined || reach === undefined) return;
    if (event.type === "step-progress") {
      reach.done += (event.data.done ?? 0) - step.done;
      step.done = event.data.done ?? 0;
    } else if (event.type === "step-finished") {
      // A step that is soon done may have said nothing by then: its files are known all the same.
      if (step.task === "scan") this.#batches = event.data.result as readonly Batch[];
      reach.done += (filesOf(step.task, event.key, this.#batches) ?? step.done) - step.done;
      reach.open--;
      this.#steps.delete(event.key);
    }
    this.#show.update(this.#tasks);
  }

  end(): void {
    this.#show.end();
  }
}

/** How many files a finished step has dealt with: the scan with those of all batches, each `read[n]` with those of one. */
function filesOf(task: string, key: string, batches: readonly Batch[]): number | undefined {
  if (task === "scan") return batches.reduce((sum, { files }) => sum + files.length, 0);
  const [, element] = /\[(\d+)\]$/.exec(key) ?? [];
  return element === undefined ? undefined : batches[Number(element)]?.files.length;
}

interface Display {
  update(tasks: ReadonlyMap<string, Reach>): void;
  end(): void;
}

/** The tasks that are running, in one line, ten times a second at most. */
function statusLine(stream: NodeJS.WriteStream): Display {
  let shownAt = 0;
  return {
    update(tasks) {
      const now = performance.now();
      if (now - shownAt < 100) return;
      shownAt = now;
      const running = [...tasks].filter(([, reach]) => reach.open > 0).map(([name]) => describe(name, tasks));
      stream.write(`\r\x1b[K${running.join(" · ").slice(0, (stream.columns || 80) - 1)}`);
    },
    end() {
      stream.write("\r\x1b[K");
    },
  };
}

/** A line when the files are found, and one for each fifth of them that is read. */
function plainLines(stream: NodeJS.WriteStream): Display {
  let fifths = -1;
  return {
    update(tasks) {
      const scan = tasks.get("scan");
      const total = scan?.done ?? 0;
      const now = Math.floor((5 * (tasks.get("read")?.done ?? 0)) / Math.max(1, total));
      if (scan === undefined || scan.open > 0 || now === fifths) return;
      stream.write(`${describe(fifths === -1 ? "scan" : "read", tasks)}\n`);
      fifths = now;
    },
    end() {},
  };
}

function describe(task: string, tasks: ReadonlyMap<string, Reach>): string {
  const done = (name: string) => count(tasks.get(name)?.done ?? 0);
  if (task === "scan") return `scan: ${done("scan")} files found`;
  if (task === "read") return `read: ${done("read")} of ${done("scan")} files`;
  return task;
}
