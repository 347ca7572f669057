import type { Draft } from "../../base/index.ts";
import { CallIds } from "./call-ids.ts";
import { type Message, requireMessage } from "../format/message.ts";
import { holdsBlob, type PromptMessage, type PromptRepair, type PromptUser, type TakesFile } from "../format/prompt.ts";
import { allFiles, type PromptFamily } from "../format/prompt-family.ts";
import { chainHash } from "./prompt-hash.ts";
import { type PromptGroup, type PromptPlace, singleEntry, Turn, turnEntries } from "./prompt-turn.ts";

/*
 * Converts any history to a legal prompt. A history only grows, so the prompt is kept and appended to. A call costs only the
 * messages that came since the last one, and a comparison of pointers.
 *
 * Messages form groups: a system or user message by itself, an assistant's message with all results of its calls. A group is
 * converted without its neighbours, except that ids of calls are unique over the prompt. If results came since the last call,
 * groups are converted again, from the first group that got a result.
 */

export interface CompiledPrompt {
  /** Shared with later prompts; a list of its own. */
  readonly entries: PromptMessage[];
  readonly repairs: readonly PromptRepair[];
  /** Of the messages alone. */
  readonly hash: string;
  /** How many system entries stand at the front. */
  readonly systems: number;
  /** Whether bytes of the blob store have to be put in. */
  readonly blobs: boolean;
}

/** How far the prompt had come before a group. */
interface Mark {
  readonly length: number;
  /** The entry at the end, which the group's first may have been put together with. */
  readonly last: PromptMessage | undefined;
  readonly repairs: number;
  readonly blobs: number;
  readonly made: number;
  readonly taken: number;
}

/** The prompt of one history for one family of one provider. */
export class PromptCompiler {
  /** The messages by which it is found again, the last first. */
  ends: readonly (Message | undefined)[] = [];
  /** How many messages there were when it was noted by the last of them. */
  noted = 0;
  readonly #family: PromptFamily;
  readonly #provider: string;
  readonly #takesFile: TakesFile;
  readonly #source: Message[] = [];
  /** No `extend` threw before its end. */
  #whole = true;
  /** The history that was compiled last. */
  #of: readonly Message[] | undefined;
  readonly #hashes: string[] = [];
  readonly #groups: PromptGroup[] = [];
  readonly #marks: Mark[] = [];
  readonly #entries: PromptMessage[] = [];
  readonly #repairs: PromptRepair[] = [];
  /** How many entries hold blobs. */
  #blobs = 0;
  #ids: CallIds;
  /** The ids of calls, in the order in which they were taken. */
  readonly #taken: string[] = [];
  readonly #place: Draft<PromptPlace>;

  constructor(family: PromptFamily, provider: string, takesFile: TakesFile = family.takesFile ?? allFiles) {
    this.#family = family;
    this.#provider = provider;
    this.#takesFile = takesFile;
    this.#ids = new CallIds(family);
    const takeId = (id: string): string => {
      const taken = this.#ids.take(id);
      this.#taken.push(taken);
      return taken;
    };
    const report = (repair: PromptRepair): number => this.#repairs.push(repair);
    this.#place = { family, provider, takesFile, front: true, takeId, report };
  }

  /** How many messages of the history, from its first, are compiled here; -1 where `extend` threw midway. */
  common(messages: readonly Message[]): number {
    if (!this.#whole) return -1;
    const length = this.#source.length;
    // The same array has only grown since.
    if (messages === this.#of && messages[length - 1] === this.#source[length - 1]) return length;
    const most = Math.min(messages.length, length);
    for (let index = 0; index < most; index++) if (messages[index] !== this.#source[index]) return index;
    return most;
  }

  /** How many messages are compiled. */
  get length(): number {
    return this.#source.length;
  }

  /** Goes on with a history that begins with all that is compiled here. */
  extend(messages: readonly Message[]): CompiledPrompt {
    this.#of = messages;
    this.#whole = false;
    for (let index = this.#source.length; index < messages.length; index++) {
      const message = messages[index] as Message;
      requireMessage(message);
      this.#rewind(this.#add(message));
      this.#source.push(message);
      this.#hashes.push(chainHash(this.#hashes.at(-1) ?? "", message));
    }
    for (let index = this.#marks.length; index < this.#groups.length; index++) {
      this.#emit(this.#groups[index] as PromptGroup);
    }
    this.#whole = true;
    return this.#finish();
  }

  /** A compiler that has compiled the first messages of this one's history. */
  copy(messages: number): PromptCompiler {
    const other = new PromptCompiler(this.#family, this.#provider, this.#takesFile);
    if (messages < this.#source.length) {
      other.extend(this.#source.slice(0, messages));
      return other;
    }
    other.#source.push(...this.#source);
    other.#hashes.push(...this.#hashes);
    for (const group of this.#groups) other.#groups.push(group instanceof Turn ? group.copy() : { ...group });
    for (const mark of this.#marks) other.#marks.push(mark);
    other.#entries.push(...this.#entries);
    other.#repairs.push(...this.#repairs);
    other.#blobs = this.#blobs;
    other.#ids = this.#ids.copy();
    other.#taken.push(...this.#taken);
    return other;
  }

  /** @returns The first group that changed. */
  #add(message: Message): number {
    const groups = this.#groups;
    if (message.role === "system" || message.role === "user") return groups.push({ message }) - 1;
    if (message.role === "assistant") return groups.push(new Turn(message)) - 1;
    let changed = groups.length;
    for (const part of message.parts) {
      const at = this.#turnOf(part.id);
      if (at >= 0) (groups[at] as Turn).take(part, message.id, at < groups.length - 1);
      else {
        if (groups.length === 0) groups.push({});
        const group = groups.at(-1) as PromptGroup;
        group.lost = [...(group.lost ?? []), { kind: "result-removed", message: message.id, about: part.id }];
      }
      changed = Math.min(changed, at >= 0 ? at : groups.length - 1);
    }
    return changed;
  }

  /** The last turn with a call of that id that has no result; the last one of all, where it is one, comes first. */
  #turnOf(id: string): number {
    for (let index = this.#groups.length - 1; index >= 0; index--) {
      const group = this.#groups[index];
      if (group instanceof Turn && group.lacks(id)) return index;
    }
    return -1;
  }

  #rewind(group: number): void {
    const mark = this.#marks[group];
    if (mark === undefined) return;
    this.#ids.giveBack(this.#taken.splice(mark.taken), mark.made);
    this.#marks.length = group;
    this.#entries.length = mark.length;
    if (mark.last !== undefined) this.#entries[mark.length - 1] = mark.last;
    this.#repairs.length = mark.repairs;
    this.#blobs = mark.blobs;
  }

  #emit(group: PromptGroup): void {
    const entries = this.#entries;
    const place = this.#place;
    this.#marks.push({
      length: entries.length,
      last: entries.at(-1),
      repairs: this.#repairs.length,
      blobs: this.#blobs,
      made: this.#ids.made,
      taken: this.#taken.length,
    });
    place.front = entries.every(isSystem);
    for (const repair of group.lost ?? []) this.#repairs.push(repair);
    for (const entry of group instanceof Turn ? turnEntries(group, place) : singleEntry(group, place)) {
      if (entry.role === "assistant" && this.#family.userFrames && entries.every(isSystem)) {
        this.#repairs.push({ kind: "user-added", message: (group as Turn).message.id });
        entries.push(placeholder("(Earlier messages are not shown.)"));
      }
      this.#push(entry);
    }
  }

  #push(entry: PromptMessage): void {
    if (holdsBlob(entry)) this.#blobs++;
    const { system, alternates } = this.#family;
    const last = this.#entries.at(-1);
    const joins = entry.role === "system" ? system === "single" : alternates;
    const joined = last !== undefined && joins ? join(last, entry) : undefined;
    if (joined === undefined) this.#entries.push(entry);
    else this.#entries[this.#entries.length - 1] = joined;
  }

  /** What must stand at the end as long as nothing else does. */
  #finish(): CompiledPrompt {
    const entries = this.#entries.slice();
    const repairs = this.#repairs.slice();
    const last = entries.at(-1);
    const message = this.#source.at(-1)?.id ?? "";
    if (last === undefined || last.role === "system") {
      repairs.push({ kind: "user-added", message });
      entries.push(placeholder("(There is no message yet.)"));
    } else if (last.role === "assistant" && this.#family.userFrames) {
      repairs.push({ kind: "user-added", message });
      entries.push(placeholder("Go on."));
    }
    let systems = 0;
    while (entries[systems]?.role === "system") systems++;
    return { entries, repairs, hash: this.#hashes.at(-1) ?? "", systems, blobs: this.#blobs > 0 };
  }
}

function isSystem({ role }: PromptMessage): boolean {
  return role === "system";
}

function placeholder(text: string): PromptUser {
  return { role: "user", content: [{ type: "text", text }] };
}

/** Two neighbours of one role in one, where they can be. */
function join(a: PromptMessage, b: PromptMessage): PromptMessage | undefined {
  if (a.role === "system" && b.role === "system") return { role: "system", content: `${a.content}\n\n${b.content}` };
  if (a.role === "user" && b.role === "user") return { role: "user", content: [...a.content, ...b.content] };
  if (a.role === "assistant" && b.role === "assistant") {
    return { role: "assistant", content: [...a.content, ...b.content] };
  }
  return undefined;
}
