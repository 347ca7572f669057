// What a run under way waits for is told once, with the command line that answers it.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { EngineEvent } from "../../engine/index.ts";
import { OpenWaits } from "./open-waits.ts";

const place = { path: "j.db", file: "/j.db", rule: "--journal", option: " --journal j.db" } as const;
let said: string;
let waits: OpenWaits;

beforeEach(() => {
  vi.useFakeTimers();
  said = "";
  waits = new OpenWaits("o-1", place, (text) => (said += text));
});

afterEach(() => {
  waits[Symbol.dispose]();
  vi.useRealTimers();
});

test("a signal is told after a moment, and once", async () => {
  waits.tell();
  apply("signal-awaited", "approval", { name: "approval", request: { amount: 1 } });
  expect(said).toBe("");
  await vi.advanceTimersByTimeAsync(200);
  expect(said).toBe(
    '? approval waits for an answer\n  asked: {"amount":1}\n  aitor answer o-1 approval --journal j.db --value <json> | --fail <text>\n',
  );
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said.match(/approval waits/g)).toHaveLength(1);
});

test("what was on record is told when it is asked for, but for what has been answered", async () => {
  apply("signal-awaited", "answered", { name: "answered" });
  apply("signal-received", "answered", { value: 1 });
  apply("step-in-doubt", "charge", { why: "its process ended" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said).toBe("");
  expect(waits.events.map(({ key }) => key)).toEqual(["charge"]);
  waits.tell();
  await vi.advanceTimersByTimeAsync(200);
  expect(said).toMatch(/^\? charge is in doubt[^]*--value <json> \| --again \| --fail <text>\n$/);
});

test("what lost a race is told no more, and holds no process", async () => {
  const idle = vi.getTimerCount();
  apply("signal-awaited", "buy/answer/go", { name: "go" });
  apply("signal-awaited", "other", { name: "other" });
  apply("branch-decided", "buy/#race", { branch: "late" });
  expect(waits.events.map(({ key }) => key)).toEqual(["other"]);
  apply("signal-received", "other", { value: 1 });
  expect(vi.getTimerCount()).toBe(idle);
  waits.tell();
  await vi.advanceTimersByTimeAsync(200);
  expect(said).toBe("");
});

test("a signal whose answer was refused is told again, with what is asked and why", async () => {
  waits.tell();
  apply("signal-awaited", "approval", { name: "approval", request: { amount: 1 } });
  apply("signal-received", "approval", { value: 1 });
  apply("signal-refused", "approval", { error: { message: "it does not fit", expected: "a hash" } });
  await vi.advanceTimersByTimeAsync(200);
  expect(said).toBe(
    '? approval waits for an answer\n  the answer before was refused: expected a hash\n  asked: {"amount":1}\n  aitor answer o-1 approval --journal j.db --value <json> | --fail <text>\n',
  );
});

test("what was answered is forgotten with the turn that asked", async () => {
  waits.tell();
  apply("signal-awaited", "work/#1/approval", { name: "approval", request: { amount: 1 } });
  apply("signal-received", "work/#1/approval", { value: 1 });
  apply("turn-finished", "work/#1", {});
  apply("signal-refused", "work/#1/approval", { error: { message: "it is too late" } });
  await vi.advanceTimersByTimeAsync(200);
  expect(said).not.toContain("asked: ");
});

test("of very many the first ones are told, and where to see the others", async () => {
  waits.tell();
  for (let n = 0; n < 1_000; n++) apply("signal-awaited", `ask[${n}]`, { name: "ask" });
  await vi.advanceTimersByTimeAsync(200);
  expect(said.match(/waits for an answer/g)).toHaveLength(5);
  expect(said).toMatch(/\? and more: aitor show o-1 --journal j.db\n$/);
});

test("one that comes when others are answered is told, and so is one that there was no room for", async () => {
  waits.tell();
  for (let n = 0; n < 20; n++) {
    apply("signal-awaited", `ask[${n}]`, { name: "ask" });
    await vi.advanceTimersByTimeAsync(200);
    expect(said).toContain(`ask[${n}] waits for an answer`);
    apply("signal-received", `ask[${n}]`, { value: n });
  }
  for (let n = 0; n < 8; n++) apply("signal-awaited", `vote[${n}]`, { name: "vote" });
  await vi.advanceTimersByTimeAsync(200);
  expect(said.match(/vote\[\d\] waits/g)).toHaveLength(5);
  for (let n = 0; n < 3; n++) apply("signal-received", `vote[${n}]`, { value: n });
  await vi.advanceTimersByTimeAsync(200);
  expect(said.match(/vote\[\d\] waits/g)).toHaveLength(8);
  expect(said.match(/and more/g)).toHaveLength(1);
});

test("the process is kept while somebody can answer, and not for a timer alone", () => {
  apply("timer-set", "sleep", { at: 1, ms: 1 });
  const idle = vi.getTimerCount();
  apply("signal-awaited", "approval", { name: "approval" });
  expect(vi.getTimerCount()).toBe(idle + 1);
  apply("signal-failed", "approval", { error: {} });
  expect(vi.getTimerCount()).toBe(idle);
});

test("a run in memory cannot be answered, and says nothing", async () => {
  using silent = new OpenWaits("o-1", undefined, (text) => (said += text));
  silent.tell();
  silent.apply({ type: "signal-awaited", key: "a", data: { name: "a" } } as EngineEvent);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said).toBe("");
});

function apply(type: EngineEvent["type"], key: string, data: object): void {
  waits.apply({ type, key, data } as EngineEvent);
}
