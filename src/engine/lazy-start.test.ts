// A run whose id was made up begins without waiting for the disk: nobody was told of it. One whose id was given, or that
// somebody else is waiting for, is on record before its body runs.
import { expect, test } from "vitest";
import type { EventEnvelope, Runnable } from "../base/index.ts";
import { type AppendOptions, memoryJournal } from "../journal/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { WrappedJournal } from "./journals.fixture.ts";

/** Records when it is told to. */
class Gated extends WrappedJournal {
  readonly appended: { readonly types: string[]; readonly lazy: boolean }[] = [];
  readonly #gate = Promise.withResolvers<void>();

  override append(events: readonly EventEnvelope[], options: AppendOptions = {}): Promise<void> {
    this.appended.push({ types: events.map(({ type }) => type), lazy: options.lazy === true });
    return this.#gate.promise.then(() => this.journal.append(events, options));
  }

  open(): void {
    this.#gate.resolve();
  }

  fail(): void {
    this.#gate.reject(new Error("the disk is full"));
  }
}

function recorder(bodies: string[]): Runnable<string, string> {
  return {
    name: "recorder",
    version: "1",
    async execute(run, input) {
      bodies.push(input);
      return run.step("step", () => input);
    },
  };
}

const turns = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a run whose id was made up begins at once, and its start rides with what it waits for first", async () => {
  const journal = new Gated(memoryJournal());
  await using engine = new EmbeddedEngine({ journal });
  const bodies: string[] = [];
  const result = engine.run(recorder(bodies), "new");
  await turns();
  expect(bodies).toEqual(["new"]);
  expect(journal.appended).toEqual([
    { types: ["run-started"], lazy: true },
    { types: ["step-started"], lazy: true },
    { types: ["step-finished"], lazy: false },
  ]);
  journal.open();
  expect(await result).toBe("new");
});

test("a run whose id was given is on record before its body runs", async () => {
  const journal = new Gated(memoryJournal());
  await using engine = new EmbeddedEngine({ journal });
  const bodies: string[] = [];
  const result = engine.run(recorder(bodies), "given", { id: "given" });
  await turns();
  expect(bodies).toEqual([]);
  expect(journal.appended).toEqual([{ types: ["run-started"], lazy: false }]);
  journal.open();
  expect(await result).toBe("given");
});

test("a run whose start cannot be recorded halts, and no step of it succeeds", async () => {
  const journal = new Gated(memoryJournal());
  await using engine = new EmbeddedEngine({ journal });
  const halted: string[] = [];
  engine.observe((event) => void halted.push(event.type));
  const result = engine.run(recorder([]), "new");
  result.catch(() => {});
  await turns();
  journal.fail();
  await expect(result).rejects.toThrow("the disk is full");
  expect(halted).toEqual(["run-halted"]);
});

test("a once step of such a run is called when its start is on record, and the run's before it", async () => {
  const journal = new Gated(memoryJournal());
  await using engine = new EmbeddedEngine({ journal });
  let called = false;
  const result = engine.run(
    {
      name: "once",
      version: "1",
      execute: (run) => run.step("pay", () => (called = true), { effect: "once" }),
    },
    undefined,
  );
  await turns();
  expect(called).toBe(false);
  expect(journal.appended.map(({ types: [type], lazy }) => [type, lazy])).toEqual([
    ["run-started", true],
    ["step-started", false],
  ]);
  journal.open();
  expect(await result).toBe(true);
});
