// Processes are killed (SIGKILL) while they run a flow with branches, a timer, a signal and steps that must run once: before
// and after each write to the journal, again while they recover, and from outside at any moment. Then
// - what was acknowledged is on record, in its order, and nothing else is
// - a step whose outcome was durable is not called again; what must run once happened once
// - the timer fired once and not before its time, the signal was received once, each run came to its end and is right
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { proveByKill } from "./proof.ts";

test("no kill loses, repeats or reorders anything", { timeout: 300_000 }, async () => {
  const place = mkdtempSync(join(tmpdir(), "aitor-kill-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const proof = await proveByKill({ place, files: 1_000, twice: 10, outside: 20, seed: 1 });
  expect(proof.faults).toEqual({ lost: [], repeated: [], reordered: [], wrong: [] });
  expect(proof.points.before).toBeGreaterThan(35);
  expect(proof.points.after).toBeGreaterThan(35);
  expect(proof.inRecovery).toBeGreaterThan(5);
  expect(proof.outside).toBe(20);
  expect([...proof.writes.keys()]).toEqual(expect.arrayContaining(WRITES));
});

const WRITES = [
  "run-started",
  "step-started",
  "step-finished",
  "a blob",
  "timer-set",
  "signal-awaited",
  "run-suspended",
  "signal-received",
  "run-finished",
];
