// A journal on whose way everything that is appended is told, and on which the process dies at the write it is to die at.

import type { EventEnvelope, Journal } from "aitor";
import type { AppendOptions } from "aitor/journal";

import { tellLine } from "../told.ts";

/** Where a process kills itself: before a write is given to the journal, or when it is durable and nobody was told. */
export interface KillPoint {
  /** 1 is the first since the journal was armed. */
  readonly write: number;
  readonly when: "before" | "after";
  /** Of the writes only those with an event of this type are counted. @default all are */
  readonly type?: string;
}

/** An event in short. */
export interface ToldEvent {
  readonly stream: string;
  readonly type: string;
  readonly key: string;
  readonly effect?: string | undefined;
  /** Of a signal that is waited for. */
  readonly request?: unknown;
}

/** What a process tells on its stdout, a line of JSON each. */
export type Told =
  /** The journal is open, and its inbox is read. */
  | { readonly told: "open" }
  | { readonly told: "call"; readonly call: number; readonly events: readonly ToldEvent[]; readonly expects: boolean }
  /** It is durable. */
  | { readonly told: "acknowledged"; readonly call: number; readonly seqs: readonly number[] }
  | { readonly told: "refused"; readonly call: number; readonly code: string }
  | { readonly told: "dies"; readonly when: KillPoint["when"]; readonly types: readonly string[] }
  /** It was begun too often; the process goes on with it nevertheless. */
  | { readonly told: "stuck"; readonly run: string }
  | { readonly told: "trouble"; readonly text: string }
  /** All runs have ended. */
  | { readonly told: "done" };

export function tell(told: Told): void {
  tellLine(told);
}

export interface ToldJournal extends Journal {
  /** Counts writes from now on. */
  arm(point: KillPoint): void;
}

export function toldJournal(journal: Journal): ToldJournal {
  let point: KillPoint | undefined;
  let writes = 0;
  let calls = 0;

  /** One write: it may be the last. */
  const write = <Out>(types: readonly string[], perform: () => Out | Promise<Out>): Out | Promise<Out> => {
    const counts = point !== undefined && (point.type === undefined || types.includes(point.type));
    const mine = counts && ++writes === point?.write ? point.when : undefined;
    if (mine === "before") die(mine, types);
    const written = perform();
    return mine === undefined ? written : Promise.resolve(written).finally(() => die(mine, types));
  };

  const append = async (events: readonly EventEnvelope[], options: AppendOptions | undefined): Promise<void> => {
    const call = ++calls;
    const told = events.map(({ stream, type, key, data }) => ({ stream, type, key, ...aboutOf(data) }));
    tell({ told: "call", call, events: told, expects: options?.expect !== undefined });
    try {
      await journal.append(events, options);
    } catch (error) {
      tell({ told: "refused", call, code: (error as { code?: string }).code ?? String(error) });
      throw error;
    }
    tell({ told: "acknowledged", call, seqs: events.map(({ seq }) => seq) });
  };

  return {
    durable: journal.durable,
    ...(journal.inbox !== undefined && { inbox: journal.inbox }),
    arm: (at) => void ([point, writes] = [at, 0]),
    append: (events, options) =>
      write(
        events.map(({ type }) => type),
        () => append(events, options),
      ),
    read: (...call) => journal.read(...call),
    restore: (...call) => journal.restore(...call),
    tail: (...call) => journal.tail(...call),
    heads: (...call) => journal.heads(...call),
    snapshots: {
      put: (...call) => write(["a snapshot"], () => journal.snapshots.put(...call)),
      get: (...call) => journal.snapshots.get(...call),
    },
    blobs: {
      put: async (...call) => write(["a blob"], () => journal.blobs.put(...call)),
      get: (ref) => journal.blobs.get(ref),
    },
    drop: (stream) => write(["a drop"], () => journal.drop(stream)),
    close: () => journal.close(),
    [Symbol.asyncDispose]: () => journal.close(),
  };
}

function aboutOf(data: unknown): Pick<ToldEvent, "effect" | "request"> {
  const { effect, request } = (data ?? {}) as Pick<ToldEvent, "effect" | "request">;
  return { effect, request };
}

function die(when: KillPoint["when"], types: readonly string[]): void {
  tell({ told: "dies", when, types });
  process.kill(process.pid, "SIGKILL");
}
