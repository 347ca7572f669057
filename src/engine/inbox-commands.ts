import { AitorError, describe, type MessageKey } from "../base/index.ts";
import type { Command, Inbox } from "../journal/index.ts";
import { answerOf } from "./steps/answers.ts";
import type { Answer, SendOptions } from "./engine.ts";
import { addEngine, type CommandedEngine } from "./run/journal-engines.ts";
import { engineClosedError } from "./record/run-errors.ts";
import { ANSWERS } from "./record/wait-errors.ts";

/** What commands are made of. */
type Fields = Partial<
  Record<
    "run" | "key" | "reason" | "answer" | "message" | "options" | "name" | "id" | "asked" | "type" | "data",
    unknown
  >
>;

/**
 * Carries out the commands `cancel`, `answer`, `note`, `send` and `send-again` of a journal's inbox.
 *
 * @returns Ends it, for this engine.
 */
export function serveInbox(inbox: Inbox, engine: CommandedEngine): () => void {
  return addEngine(inbox, engine, (engines) =>
    // What waits may be handed over before `serve` returns.
    inbox.serve((command) => Promise.resolve(command).then((waited) => carryOut(waited, engines))),
  );
}

async function carryOut(command: Command, engines: ReadonlySet<CommandedEngine>): Promise<unknown> {
  const { id, type } = command;
  const data = fieldsOf(command.data);
  const all = [...engines];
  const { name } = fieldsOf(data.key);
  const named = type === "send" ? all.find((each) => each.knows(String(name))) : undefined;
  const engine = named ?? all.find((each) => each.isActive(String(data.run))) ?? all[0];
  if (engine === undefined) throw engineClosedError();
  switch (type) {
    case "cancel":
      await engine.cancel(text(data.run, "run"), data.reason);
      return null;
    case "answer":
      await engine.answer(text(data.run, "run"), text(data.key, "key"), givenAnswer(data.answer), id);
      return null;
    case "note":
      await engine.note(text(data.run, "run"), {
        type: text(data.type, "type"),
        data: { ...fieldsOf(data.data) },
        by: id,
      });
      return null;
    case "send":
      return engine.send(
        keyOf(data.key),
        data.message,
        { id, ...(fieldsOf(data.options) as SendOptions) },
        { by: id, asked: data.asked === true },
      );
    case "send-again":
      return engine.sendAgain(text(data.run, "run"));
    default:
      throw badCommand(`type "${type}"`, '"cancel", "answer", "note", "send" or "send-again"');
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value : {};
}

function keyOf(value: unknown): MessageKey {
  const { name, id } = fieldsOf(value);
  return { name: text(name, "key.name"), id: text(id, "key.id") };
}

function text(value: unknown, field: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw badCommand(`${field}: ${describe(value)}`, `a text in "${field}"`);
}

function givenAnswer(value: unknown): Answer {
  const answer = answerOf(value);
  if (answer === undefined) throw badCommand(`answer: ${describe(value)}`, ANSWERS);
  return answer;
}

function badCommand(got: string, expected: string): AitorError<"invalid-value"> {
  return new AitorError({
    code: "invalid-value",
    message: "the command cannot be carried out",
    expected,
    got,
    fix: "send it with the same version of aitor as the process that holds the journal",
  });
}
