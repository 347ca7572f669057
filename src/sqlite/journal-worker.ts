// What runs in a journal's worker. A file of its own, also in the built package.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { recordError } from "../base/index.ts";
import { passGate } from "./gate.ts";
import { type AnsweredName, JournalService } from "./journal-service.ts";
import type { Batch, CallMessage, WorkerMessage, WorkerStart } from "./protocol.ts";

/** Groups that are recorded together, at most: who waits for the first is not to wait for long. */
const MOST_GROUPS = 8;

const { settings, gate } = workerData as WorkerStart;
passGate(gate);

let service: JournalService | undefined;
let reason: unknown;
try {
  service = new JournalService(settings, tell);
} catch (error) {
  reason = error;
}

parentPort?.on("message", (message: CallMessage) => {
  for (let next: CallMessage | undefined = message; next !== undefined;) {
    const [id, name, request] = next;
    if (name === "commit") next = commit(next);
    else {
      answer(id, name, request);
      next = undefined;
    }
  }
});

/** Records a group with those that came meanwhile: they wait for the disk once. @returns What came behind them. */
function commit(first: CallMessage): CallMessage | undefined {
  const groups = [first];
  let next: CallMessage | undefined;
  while (groups.length < MOST_GROUPS) {
    next = received();
    if (next?.[1] !== "commit") break;
    groups.push(next);
    next = undefined;
  }
  try {
    if (service === undefined) throw reason;
    const receipts = service.commit(groups.map(([, , batch]) => batch as Batch));
    for (const [place, [id]] of groups.entries()) tell([id, receipts[place]]);
  } catch (error) {
    for (const [id] of groups) tell({ kind: "error", id, error: recordError(error) });
  }
  service?.afterwards();
  return next;
}

function answer(id: number, name: AnsweredName, request: unknown): void {
  try {
    if (service === undefined && name !== "close") throw reason;
    const answered = service?.answer(name, request);
    if (answered instanceof Promise) {
      answered.then(
        (value: unknown) => tell([id, value]),
        (error: unknown) => tell({ kind: "error", id, error: recordError(error) }),
      );
    } else tell([id, answered]);
  } catch (error) {
    tell({ kind: "error", id, error: recordError(error) });
  }
  if (name === "close") parentPort?.close();
}

function received(): CallMessage | undefined {
  return parentPort === null ? undefined : (receiveMessageOnPort(parentPort)?.message as CallMessage | undefined);
}

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}
