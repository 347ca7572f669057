import { checkJson, type Draft, redact, redactJson, redacts } from "../../base/index.ts";
import {
  type AssistantMessage,
  type AssistantPart,
  MESSAGE_VERSION,
  type ModelOrigin,
  type ProviderMetadata,
  type ToolCallPart,
} from "../format/message.ts";
import type { ProviderEvent } from "../format/provider.ts";
import { mergeOptions } from "../format/settings.ts";

type Written = Draft<Extract<AssistantPart, { type: "text" | "reasoning" }>>;

/** A model's message while it is being written. */
export class Answer {
  readonly #parts: AssistantPart[] = [];
  /** By kind and name. */
  #byPart: Map<string, Written> | undefined;
  /** The part that text was last added to. */
  #last: Written | undefined;
  #lastKey: string | undefined;
  /** Characters of a call's input that is not whole yet. */
  #unfinished = 0;

  /** Nothing came yet. */
  get empty(): boolean {
    return this.#parts.length === 0 && this.#unfinished === 0;
  }

  /** A call began, and none came whole. */
  get lostCall(): boolean {
    return this.#unfinished > 0 && !this.#parts.some(({ type }) => type === "tool-call");
  }

  /** All text so far. */
  get text(): string {
    const [only, ...others] = this.#parts.filter((part) => part.type === "text");
    return others.reduce((text, part) => text + part.text, only?.text ?? "");
  }

  /** Roughly how much the model has written, in characters. */
  get written(): number {
    let length = this.#unfinished;
    for (const part of this.#parts) {
      if (part.type === "text" || part.type === "reasoning") length += part.text.length;
      else if (part.type === "tool-call") length += JSON.stringify(part.input).length + part.name.length;
    }
    return length;
  }

  add(type: "text" | "reasoning", text: string, part: string | undefined): void {
    if (this.#last?.type === type && this.#lastKey === part) this.#last.text += text;
    else this.#part(type, part).text += text;
  }

  addMetadata(type: "text" | "reasoning", part: string | undefined, metadata: ProviderMetadata): void {
    const written = this.#part(type, part);
    written.metadata = written.metadata === undefined ? metadata : mergeOptions(written.metadata, metadata);
  }

  addUnfinished(text: string): void {
    this.#unfinished += text.length;
  }

  addCall({ id, name, input, remote, metadata }: Extract<ProviderEvent, { type: "tool-call" }>): ToolCallPart {
    this.#unfinished = 0;
    const read: ReadInput = typeof input === "string" ? parse(input) : { input: input ?? {} };
    const call = redactJson<ToolCallPart>({
      type: "tool-call",
      id,
      name,
      input: read.input,
      ...(read.broken !== undefined && { broken: read.broken }),
      ...(remote === true && { remote: true }),
      ...(metadata && { metadata }),
    });
    this.#push(call);
    return call;
  }

  addPart(event: Extract<ProviderEvent, { type: "tool-result" | "file" | "opaque" }>): void {
    switch (event.type) {
      case "tool-result": {
        const { id, name, value, error, metadata } = event;
        const output = { type: "json" as const, value: value ?? null, ...(error === true && { error: true as const }) };
        this.#push(redactJson({ type: "tool-result", id, name, output, remote: true, ...(metadata && { metadata }) }));
        break;
      }
      case "file": {
        const { mediaType, base64, url, metadata } = event;
        const place = url ? { url: redact(url) } : { base64: base64 ?? "" };
        this.#push({ type: "file", mediaType, ...place, ...(metadata && { metadata: redactJson(metadata) }) });
        break;
      }
      case "opaque": {
        const { type, kind, metadata } = event;
        this.#push(redactJson({ type, kind, ...(metadata && { metadata }) }));
        break;
      }
    }
  }

  /** The message so far, without parts that say nothing: a list of its own, which is as long as what it holds. */
  message(from: ModelOrigin, id: string): AssistantMessage {
    const empty = this.#parts.some(isEmpty);
    const parts = empty ? this.#parts.filter((part) => !isEmpty(part)) : this.#parts.slice();
    return { v: MESSAGE_VERSION, id, role: "assistant", parts: redacts() ? parts.map(redacted) : parts, from };
  }

  #push(part: AssistantPart): void {
    this.#last = undefined;
    this.#parts.push(part);
  }

  #part(type: "text" | "reasoning", key: string | undefined): Written {
    const known =
      key === undefined ? (this.#last?.type === type ? this.#last : undefined) : this.#byPart?.get(type + key);
    const written = known ?? { type, text: "" };
    if (known === undefined) {
      this.#parts.push(written);
      if (key !== undefined) (this.#byPart ??= new Map<string, Written>()).set(type + key, written);
    }
    this.#last = written;
    this.#lastKey = key;
    return written;
  }
}

function isEmpty(part: AssistantPart): boolean {
  return part.type === "text" && part.text === "" && part.metadata === undefined;
}

/**
 * Texts may have come in pieces; other parts were redacted when they came. A text that was redacted is no longer what its
 * provider signed.
 */
function redacted(part: AssistantPart): AssistantPart {
  if (part.type !== "text" && part.type !== "reasoning") return part;
  const shown = redactJson(part);
  return shown.text === part.text ? shown : { type: part.type, text: shown.text };
}

/** A call's arguments, or a text that holds none which can be recorded. */
interface ReadInput {
  readonly input: unknown;
  readonly broken?: string;
}

function parse(text: string): ReadInput {
  if (text.trim() === "") return { input: {} };
  try {
    const input: unknown = JSON.parse(text);
    checkJson(input, "the input", false);
    return { input };
  } catch {
    return { input: {}, broken: text };
  }
}
