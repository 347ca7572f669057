import { milliseconds, validate, visible } from "../../base/index.ts";
import { behaviourOf } from "../../agent/index.ts";
import { type Receipt, recordMessage } from "../../engine/index.ts";
import type { MessageArguments, TellArguments } from "./ask-arguments.ts";
import { checkedArgument } from "../load/checked-argument.ts";
import { grant } from "../load/ask-writer.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { findJournal } from "../load/journal-place.ts";
import { readJson } from "../load/json-input.ts";
import { findAgent, type NamedAgent } from "../load/load-agent.ts";

export async function tellCommand(command: TellArguments, output: CommandOutput): Promise<void> {
  const { id, messageId, delay } = command;
  const place = findJournal(command.journal);
  const agent = await findAgent(command.agent);
  const message = await readMessage(command, agent, output);
  const key = { name: agent.name, id };
  const { origin } = agent;
  const options = {
    ...(messageId !== undefined && { id: messageId }),
    ...(delay !== undefined && { delay }),
    ...(origin && { origin }),
  };
  const { value: receipt, by } = await grant<Receipt>(place, {
    type: "send",
    data: { key, message, options },
    makes: true,
    answered: (value) => value as Receipt,
    perform: async (journal, taken) => {
      const wait = delay === undefined ? 0 : milliseconds(delay, "the delay");
      // One that the other process had taken was recorded under the command's id, if at all.
      const known = messageId ?? taken;
      return recordMessage(journal, key, message, {
        delay: wait,
        by: taken,
        origin,
        ...(known !== undefined && { id: known }),
      });
    },
  });
  const how = by === undefined ? "recorded, as no process holds the journal" : `${by} handles it`;
  const what = receipt.duplicate ? "was received before" : "is received";
  output.done(`message ${visible(receipt.id)} to ${visible(key.name)} ${visible(id)} ${what}`, how);
  await output.result(`${receipt.id}\n`);
}

/** The message that a command gives. @throws UsageError (rejects with), also where it does not match the agent's schema. */
export async function readMessage(
  { message: text, messageFile: file }: MessageArguments,
  { definition }: NamedAgent,
  output: CommandOutput,
): Promise<unknown> {
  const message = await readJson({ option: "<message>", noun: "message", text, file }, output);
  const schema = definition === undefined ? undefined : behaviourOf(definition).message;
  if (schema !== undefined) await checkedArgument(() => validate(schema, message, "the message"));
  return message;
}
