import type { MessageKey } from "../base/index.ts";
import { escaped, unescaped } from "./step-label.ts";

/** One text for each key. */
export function mailboxName({ name, id }: MessageKey): string {
  return `${escaped(name)}/${escaped(id)}`;
}

/** The `nth` run of a message's id: an id whose window is over may come again. */
export function messageRun(key: MessageKey, message: string, nth: number): string {
  return `${mailboxName(key)}/${escaped(message)}${nth === 1 ? "" : `#${nth}`}`;
}

/** Whose message a run handles, and the message's id; nothing for other runs. */
export function messageKeyOf(run: string): { readonly key: MessageKey; readonly message: string } | undefined {
  const [name, id, message, ...rest] = run.split("/");
  if (name === undefined || id === undefined || message === undefined || rest.length > 0) return undefined;
  const ordinal = message.indexOf("#");
  const text = ordinal === -1 ? message : message.slice(0, ordinal);
  return { key: { name: unescaped(name), id: unescaped(id) }, message: unescaped(text) };
}
