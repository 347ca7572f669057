// One damage of a journal's inbox, judged: whoever reads it is given the commands that were put there, or an error; whoever
// waits for an answer is given the right one, or an error; the journal beside it is as it was.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { isAitorError } from "aitor";
import { sendCommand } from "aitor/sqlite";
import { copyJournal, HARMS } from "../../src/sqlite/damage.fixture.ts";
import { InboxReader } from "../../src/sqlite/inbox/inbox.ts";
import { damageOfInbox } from "../../src/sqlite/doctor/inbox-damage.ts";
import { commandSum, openInbox, outcomeSum } from "../../src/sqlite/inbox/inbox-file.ts";
import { WriterLock } from "../../src/sqlite/format/writer-lock.ts";
import { random } from "../random.ts";
import type { Verdict } from "./verdict.ts";

interface Sent {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly run: string; readonly reason: string };
}

/** Commands that wait, behind some that were answered. */
const COMMANDS: readonly Sent[] = Array.from({ length: 40 }, (_, n) => ({
  id: `command-${n}`,
  type: n % 2 === 0 ? "cancel" : "answer",
  data: { run: `run-${n}`, reason: "r".repeat(n * 10) },
}));
const ANSWERED = 15;

const FILES = [".inbox", ".inbox-wal"];

const answerTo = ({ data }: { readonly data: unknown }): unknown => ({ done: data });

/** One that all have closed, and one as a killed process leaves it: what it changed is in its log alone. */
export function makeInboxes(place: string): string[] {
  const path = join(place, "inbox.db");
  const database = openInbox(path);
  const insert = database.prepare(
    "INSERT INTO command (id, type, data, sum, outcome, outcome_sum, ended) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  for (const [n, command] of COMMANDS.entries()) {
    const { id, type } = command;
    const data = JSON.stringify(command.data);
    const outcome = n < ANSWERED ? JSON.stringify({ value: answerTo(command) }) : null;
    const sum = commandSum({ id, type, data });
    const ended =
      outcome === null ? [data, sum, null, null] : [null, sum, outcome, outcomeSum({ id, type, sum }, outcome)];
    insert.run(id, type, ...ended, outcome === null ? null : Date.now());
  }
  const [closed, killed] = ["closed.db", "killed.db"].map((name) => join(place, name)) as [string, string];
  copyJournal(path, killed, FILES);
  database.close();
  copyJournal(path, closed, FILES);
  return [closed, killed];
}

/** The same for the same seed. */
export async function judgeInbox(
  kept: readonly string[],
  place: string,
  seed: number,
): Promise<Verdict & { readonly harm: string }> {
  const next = random(seed);
  const original = kept[Math.floor(next() * kept.length)] as string;
  const journal = join(place, "damaged-inbox.db");
  const isInLog = existsSync(`${original}.inbox-wal`);
  const suffix = isInLog ? ".inbox-wal" : ".inbox";
  const kind = next() < 0.5 ? "bit flip" : "truncation";
  copyJournal(original, journal, FILES);
  const bytes = readFileSync(original + suffix);
  writeFileSync(journal + suffix, HARMS[kind](bytes, next, bytes.findLastIndex((byte) => byte !== 0) + 1));
  const found = damageOfInbox(journal);
  const { errors, faults } = await serve(journal);
  if (errors.length > 0 && found.length === 0) faults.push(`the doctor finds nothing where serving finds ${errors[0]}`);
  const detected = errors[0] ?? (found.length > 0 ? "told by the doctor" : undefined);
  return { harm: `${kind} in the inbox${isInLog ? "'s log" : ""}`, detected, faults };
}

/** One process serves the inbox, while all who sent something ask for the outcome again, as they do until they have it. */
async function serve(journal: string): Promise<{ errors: string[]; faults: string[] }> {
  const errors: string[] = [];
  const faults: string[] = [];
  using _ = WriterLock.acquire(journal);
  const inbox = new InboxReader(journal);
  const take = (): void => {
    try {
      for (const command of inbox.take()) {
        const sent = COMMANDS.find(({ id }) => id === command.id);
        if (!isDeepStrictEqual(command, sent))
          faults.push(`${command.id} was handed over as ${JSON.stringify(command)}`);
        inbox.acknowledge(command.id, { value: answerTo(command) });
      }
    } catch (error) {
      if (!isAitorError(error)) throw error;
      errors.push(error.code);
    }
  };
  take();
  const poll = setInterval(take, 5);
  const answers = COMMANDS.map(async (command) => {
    try {
      const answer = await sendCommand(journal, command, { timeout: "1s" });
      if (!isDeepStrictEqual(answer, answerTo(command)))
        faults.push(`${command.id} was answered ${JSON.stringify(answer)}`);
    } catch (error) {
      if (!isAitorError(error)) throw error;
      errors.push(error.code);
    }
  });
  try {
    await Promise.all(answers);
  } finally {
    clearInterval(poll);
    inbox.close();
  }
  return { errors, faults };
}
