// What runs in a journal's worker. A file of its own, also in the built package.
import { parentPort, workerData } from "node:worker_threads";
import { recordError } from "../base/index.ts";
import { passGate } from "./gate.ts";
import { JournalService } from "./journal-service.ts";
import type { CallMessage, WorkerMessage, WorkerStart } from "./protocol.ts";

const { settings, gate } = workerData as WorkerStart;
passGate(gate);

let service: JournalService | undefined;
let reason: unknown;
try {
  service = new JournalService(settings, tell);
} catch (error) {
  reason = error;
}

parentPort?.on("message", ([id, name, request]: CallMessage) => {
  try {
    if (service === undefined && name !== "close") throw reason;
    const answer = service?.answer(name, request);
    if (answer instanceof Promise) {
      answer.then(
        (value: unknown) => tell([id, value]),
        (error: unknown) => tell({ kind: "error", id, error: recordError(error) }),
      );
    } else tell([id, answer]);
  } catch (error) {
    tell({ kind: "error", id, error: recordError(error) });
  }
  if (name === "commit") service?.afterwards();
  if (name === "close") parentPort?.close();
});

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}
