// What runs in a journal's worker. A file of its own, also in the built package.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { recordError } from "../base/index.ts";
import { passGate } from "./format/gate.ts";
import { type AnsweredName, JournalService } from "./worker/journal-service.ts";
import { Lookout } from "./worker/lookout.ts";
import {
  type Answered,
  type CallMessage,
  type CallMessages,
  type CallName,
  GROUP_CALLS,
  type SentBatch,
  type WorkerMessage,
  type WorkerStart,
} from "./worker/protocol.ts";

/** Groups that are recorded together, at most: who waits for the first is not to wait for long. */
const MOST_GROUPS = 16;

const { settings, gate } = workerData as WorkerStart;
passGate(gate);

let service: JournalService | undefined;
let reason: unknown;
try {
  service = new JournalService(settings, tell);
} catch (error) {
  reason = error;
}

/** What has come and is not served yet. */
const calls: CallMessage[] = [];
let answers: Answered[] = [];

const lookout = new Lookout({
  now: () => performance.now(),
  displaced: () => process.resourceUsage().involuntaryContextSwitches,
  later: setImmediate,
});

parentPort?.on("message", (message: CallMessages) => {
  lookout.called();
  calls.push(...message);
  for (let next = calls.shift(); next !== undefined; next = calls.shift()) {
    const [id, name, request] = next;
    if (name === "commit") commit(next);
    else answer(id, name, request);
  }
  tellAnswers();
  lookout.answered();
});

/** Records a group with those that came meanwhile: they wait for the disk once. */
function commit(first: CallMessage): void {
  const groups = [first];
  for (let last = first; isFull(last) && groups.length < MOST_GROUPS && comesNext("commit"); groups.push(last)) {
    last = calls.shift() as CallMessage;
  }
  try {
    if (service === undefined) throw reason;
    const receipts = service.commit(groups.map(([, , batch]) => batch as SentBatch));
    for (const [place, [id]] of groups.entries()) answers.push([id, receipts[place]]);
    tellAnswers();
  } catch (error) {
    for (const [id] of groups) tellError(id, error);
  }
  service?.afterwards();
}

function answer(id: number, name: AnsweredName, request: unknown): void {
  try {
    if (service === undefined && name !== "close") throw reason;
    const answered = service?.answer(name, request);
    if (answered instanceof Promise) {
      answered.then(
        (value: unknown) => tell([[id, value]]),
        (error: unknown) => tellError(id, error),
      );
    } else answers.push([id, answered]);
  } catch (error) {
    tellError(id, error);
  }
  if (name !== "close") return;
  tellAnswers();
  parentPort?.close();
}

/** A group that is not full was sent because nothing was under way: no other one follows it at once. */
function isFull([, , batch]: CallMessage): boolean {
  return (batch as SentBatch)[0] >= GROUP_CALLS;
}

function comesNext(name: CallName): boolean {
  if (calls.length === 0 && parentPort !== null) {
    calls.push(...((receiveMessageOnPort(parentPort)?.message ?? []) as CallMessages));
  }
  return calls[0]?.[1] === name;
}

function tellAnswers(): void {
  if (answers.length === 0) return;
  tell(answers);
  answers = [];
}

/** The answers before it are sent first, so that all arrive in order. */
function tellError(id: number, error: unknown): void {
  tellAnswers();
  tell({ kind: "error", id, error: recordError(error) });
}

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}
