// A command that was carried out comes again where its process died before the inbox was told: then
// - an answer to a step in doubt does not answer the next doubt of that step
// - an answer to a signal does not answer the next signal of that name
// - its sender is told that it was carried out
import { expect, test, vi } from "vitest";
import type { Run } from "../base/index.ts";
import { type Command, type Inbox, type Journal, memoryJournal } from "../journal/index.ts";
import { wrapped } from "../journal/wrapped-journal.fixture.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import type { Answer } from "./engine.ts";

type Handler = Parameters<Inbox["serve"]>[0];

/** A journal as the next process finds it: what was started on it before is as good as dead. */
function nextProcess(
  journal: Journal,
  body: (run: Run) => Promise<unknown>,
): { readonly engine: EmbeddedEngine; handle: Handler; readonly definition: Definition } {
  const found = { handle: (() => Promise.reject(new Error("nobody serves"))) as Handler };
  const durable = wrapped(journal, {
    durable: true,
    inbox: { serve: (handle) => ((found.handle = handle), () => {}) },
  });
  const definition = { name: "job", version: "1", execute: body };
  return Object.assign(found, { engine: new EmbeddedEngine({ journal: durable }), definition });
}

interface Definition {
  readonly name: string;
  readonly version: string;
  readonly execute: (run: Run) => Promise<unknown>;
}

function answer(id: string, key: string, given: Answer): Command {
  return { id, type: "answer", data: { run: "r", key, answer: given } };
}

async function untilWaiting(journal: Journal, key: string): Promise<void> {
  await vi.waitFor(async () => {
    const last = (await Array.fromAsync(journal.read("r"))).at(-1);
    expect(last).toMatchObject({ type: "run-suspended", data: { waitsFor: [key] } });
  });
}

test("that a step is to be called again, it is told once", async () => {
  const journal = memoryJournal();
  let calls = 0;
  const body = (run: Run): Promise<unknown> =>
    run.step("pay", () => (calls++, new Promise<string>(() => {})), { effect: "once" });
  const first = nextProcess(journal, body);
  first.engine.start(first.definition, undefined, { id: "r" });
  await vi.waitFor(() => expect(calls).toBe(1));

  const second = nextProcess(journal, body);
  await second.engine.resume(second.definition, "r");
  await untilWaiting(journal, "pay");
  const again = answer("a", "pay", { again: true });
  await second.handle(again);
  await vi.waitFor(() => expect(calls).toBe(2));

  const third = nextProcess(journal, body);
  const { result } = await third.engine.resume(third.definition, "r");
  await untilWaiting(journal, "pay");
  await expect(third.handle(again)).resolves.toBeNull();
  await third.handle(answer("b", "pay", { value: "paid" }));
  expect(await result).toBe("paid");
  expect(calls).toBe(2);
});

test.each(["under way", "not under way"])("an approval is given once, where the run is %s", async (when) => {
  const journal = memoryJournal();
  const body = async (run: Run): Promise<unknown> => [await run.waitFor("approval"), await run.waitFor("approval")];
  const first = nextProcess(journal, body);
  first.engine.start(first.definition, undefined, { id: "r" });
  await untilWaiting(journal, "approval");
  const yes = answer("a", "approval", { value: "yes to the first" });
  await first.handle(yes);
  await untilWaiting(journal, "approval#2");

  const second = nextProcess(journal, body);
  if (when === "under way") await second.engine.resume(second.definition, "r");
  else await second.engine.recover();
  await expect(second.handle(yes)).resolves.toBeNull();
  await second.handle(answer("b", "approval", { value: "yes to the second" }));
  expect(await (await second.engine.resume(second.definition, "r")).result).toEqual([
    "yes to the first",
    "yes to the second",
  ]);
});
