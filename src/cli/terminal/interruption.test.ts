// What ends a command from outside. The first signal aborts, a second one ends the process; one press of Ctrl-C under
// npx, which passes it on, counts once.
import { EventEmitter } from "node:events";
import { beforeEach, expect, test } from "vitest";

import { virtualClock } from "../../testing/index.ts";
import { Interruption } from "./interruption.ts";

let process: FakeProcess;
let clock: ReturnType<typeof virtualClock>;
let interruption: Interruption;

beforeEach(() => {
  process = new FakeProcess();
  clock = virtualClock();
  interruption = new Interruption(process as unknown as NodeJS.Process, clock);
});

test("a signal aborts with exit code 130", () => {
  process.emit("SIGTERM", "SIGTERM");
  expect(interruption.signal.aborted).toBe(true);
  expect(interruption.exitCodeOf(interruption.signal.reason)).toBe(130);
  expect(process.exits).toEqual([]);
});

test("the same press of Ctrl-C, passed on by npm, counts once", async () => {
  process.emit("SIGINT", "SIGINT");
  await clock.advance(499);
  process.emit("SIGINT", "SIGINT");
  expect(process.exits).toEqual([]);
});

test("a second press ends the process at once", async () => {
  process.emit("SIGINT", "SIGINT");
  await clock.advance(500);
  process.emit("SIGINT", "SIGINT");
  expect(process.exits).toEqual([130]);
});

test("another signal is no second half of a press: it ends the process at once", () => {
  process.emit("SIGINT", "SIGINT");
  process.emit("SIGTERM", "SIGTERM");
  expect(process.exits).toEqual([130]);
});

test("with the command's work over, the first signal ends the process", () => {
  interruption.nothingLeftToLose();
  process.emit("SIGINT", "SIGINT");
  expect(process.exits).toEqual([130]);
});

test("an error that nobody awaits, and a loop with nothing left to do, abort with exit code 1", () => {
  process.emit("uncaughtException", new Error("loose"));
  expect(interruption.exitCodeOf(interruption.signal.reason)).toBe(1);
  expect(interruption.signal.reason).toMatchObject({ code: "uncaught", cause: { message: "loose" } });

  const other = new Interruption(process as unknown as NodeJS.Process, clock);
  process.emit("beforeExit", 0);
  expect(other.signal.reason).toMatchObject({ code: "stalled" });
});

test("a module that ends the process is told, and is no success; the command's own end is not", () => {
  process.emit("exit", 0);
  expect(process.exitCode).toBe(1);
  expect(process.told).toContain("got: process.exit with 0");

  const ended = new FakeProcess();
  new Interruption(ended as unknown as NodeJS.Process, clock).nothingLeftToLose();
  ended.emit("exit", 0);
  expect([ended.exitCode, ended.told]).toEqual([undefined, ""]);
});

test("work that is raced ends with the interruption, and else with its own result", async () => {
  expect(await interruption.race(Promise.resolve(1))).toBe(1);
  const waiting = interruption.race(new Promise(() => {}));
  process.emit("SIGINT", "SIGINT");
  await expect(waiting).rejects.toMatchObject({ code: "interrupted" });
  await expect(interruption.race(new Promise(() => {}))).rejects.toMatchObject({ code: "interrupted" });
});

test("disposed, it leaves no listener", () => {
  interruption[Symbol.dispose]();
  expect(process.eventNames()).toEqual([]);
});

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exitCode: number | undefined;
  told = "";
  readonly stderr = { isTTY: false, write: (text: string) => (this.told += text) };
  exit(code: number): void {
    this.exits.push(code);
  }
}
