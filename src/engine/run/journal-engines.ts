import type { MessageKey } from "../../base/index.ts";
import type { Inbox } from "../../journal/index.ts";
import type { Answer, Receipt, SendOptions } from "../engine.ts";
import type { Note } from "../record/note.ts";

/** What an engine does for those who ask from another process, or another engine of this one. */
export interface CommandedEngine {
  isActive(id: string): boolean;
  note(id: string, note: Note): Promise<void>;
  /** Whether it has a definition of this name. */
  knows(name: string): boolean;
  cancel(id: string, reason: unknown): Promise<void>;
  answer(id: string, key: string, answer: Answer, by: string | undefined): Promise<void>;
  send(
    key: MessageKey,
    message: unknown,
    options: SendOptions,
    sending: { readonly by: string; readonly asked: boolean },
  ): Promise<Receipt>;
  sendAgain(run: string): Promise<Receipt>;
}

/** The engines on one journal: the one that a run is under way in, or that has the definition, is asked; else the first. */
interface JournalEngines {
  readonly engines: Set<CommandedEngine>;
  readonly stop: () => void;
}

/** By the inbox, which all handles of a journal share. */
const known = new WeakMap<Inbox, JournalEngines>();

/** @param first Called with those on the journal when there is the first; what it returns, when the last has gone. */
export function addEngine(
  inbox: Inbox,
  engine: CommandedEngine,
  first: (engines: ReadonlySet<CommandedEngine>) => () => void,
): () => void {
  const there = known.get(inbox);
  const engines = there?.engines ?? new Set<CommandedEngine>();
  engines.add(engine);
  const stop = there?.stop ?? first(engines);
  if (there === undefined) known.set(inbox, { engines, stop });
  return () => {
    if (!engines.delete(engine) || engines.size > 0) return;
    known.delete(inbox);
    stop();
  };
}

/** The engine of this process in which a run is under way, where it is one on that journal. */
export function engineOf(run: string, inbox: Inbox | undefined): CommandedEngine | undefined {
  if (inbox === undefined) return undefined;
  for (const engine of known.get(inbox)?.engines ?? []) if (engine.isActive(run)) return engine;
  return undefined;
}
