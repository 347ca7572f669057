import { type MessageKey, nonEmpty } from "../../base/index.ts";
import { escaped, unescaped } from "./step-label.ts";

/** @throws AitorError `invalid-option`. */
export function checkedKey({ name, id }: MessageKey): MessageKey {
  return { name: nonEmpty(name, "the name in a message's key"), id: nonEmpty(id, "the id in a message's key") };
}

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
  const first = run.indexOf("/");
  const second = run.indexOf("/", first + 1);
  if (first === -1 || second === -1 || run.includes("/", second + 1)) return undefined;
  const message = run.slice(second + 1);
  const ordinal = message.indexOf("#");
  const text = ordinal === -1 ? message : message.slice(0, ordinal);
  return {
    key: { name: unescaped(run.slice(0, first)), id: unescaped(run.slice(first + 1, second)) },
    message: unescaped(text),
  };
}
