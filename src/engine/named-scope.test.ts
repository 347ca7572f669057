import { expect, test } from "vitest";
import type { Run } from "../base/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { crashingJournal } from "../testing/index.ts";
import { body, forever } from "./engine.fixture.ts";
import { EmbeddedEngine } from "./index.ts";

/*
 * A named scope:
 * - has names of its own, and may be open beside steps and scopes of other names;
 * - is ambiguous with an open step or scope of its name, unless both have keys;
 * - gets another key the second time;
 * - is refused while a branch is open, and after the run's end;
 * - ends what is open in it when its body settles, and when the run is cancelled;
 * - is resumed where it was.
 */

const run = <Out>(execute: (run: Run) => Promise<Out>): Promise<Out> =>
  new EmbeddedEngine().run(body(execute), undefined);

async function keys(execute: (run: Run) => Promise<unknown>): Promise<string[]> {
  const handle = new EmbeddedEngine().start(body(execute), undefined);
  const found: string[] = [];
  for await (const event of handle) if (event.type === "step-started") found.push(event.key);
  return found;
}

test("names begin anew in it, beside steps and scopes of other names", async () => {
  const found = await keys((r) =>
    Promise.all([
      r.step("a", () => 1),
      r.scope("left", (left) => left.step("a", () => 2)),
      r.scope("right", (right) => right.scope("inner", (inner) => inner.step("a", () => 3))),
    ]),
  );
  expect(found.sort()).toEqual(["a", "left/a", "right/inner/a"]);
});

test("it is ambiguous with what is open under its name", async () => {
  const ambiguous = { code: "ambiguous-step" };
  await expect(run((r) => Promise.all([r.step("a", forever), r.scope("a", forever)]))).rejects.toMatchObject(ambiguous);
  await expect(run((r) => Promise.all([r.scope("a", forever), r.step("a", forever)]))).rejects.toMatchObject(ambiguous);
  await expect(run((r) => Promise.all([r.scope("a", forever), r.scope("a", forever)]))).rejects.toMatchObject(
    ambiguous,
  );
  const keyed = (key: string) => ({ name: "a", key });
  await expect(run((r) => Promise.all([r.scope(keyed("1"), forever), r.scope("a", forever)]))).rejects.toMatchObject(
    ambiguous,
  );
  const both = run((r) => Promise.all([r.scope(keyed("1"), async () => 1), r.scope(keyed("2"), async () => 2)]));
  expect(await both).toEqual([1, 2]);
});

test("the second one of a name gets another key, also after a failure", async () => {
  const found = await keys(async (r) => {
    await r.scope("a", (a) => a.step("s", () => Promise.reject(new Error("no")))).catch(() => {});
    await r.scope("a", (a) => a.step("s", () => 1));
  });
  expect(found).toEqual(["a/s", "a#2/s"]);
});

test("it is refused while a branch is open, and after the end", async () => {
  const branch = (r: Run) => r.all([{ name: "b", run: () => r.scope("a", async () => 1) }]);
  await expect(run(branch)).rejects.toMatchObject({ code: "branch-open" });
  let late: Run | undefined;
  await run(async (r) => void (late = r));
  await expect(late?.scope("a", async () => 1)).rejects.toMatchObject({ code: "cancelled" });
});

test("what is open in it ends with its body", async () => {
  let signal: AbortSignal | undefined;
  await run((r) =>
    r.scope("a", async (a) => {
      void a.step("open", (step) => ((signal = step.abortSignal), forever()));
    }),
  );
  expect(signal?.aborted).toBe(true);
});

test("a cancel of the run reaches it", async () => {
  let released = 0;
  const began = Promise.withResolvers<void>();
  const definition = body((r) =>
    r.scope("a", (a) =>
      a.step("s", (step) => {
        step.defer(() => void released++);
        began.resolve();
        return forever();
      }),
    ),
  );
  const handle = new EmbeddedEngine().start(definition, undefined);
  await began.promise;
  await handle.cancel();
  await expect(handle.result).rejects.toMatchObject({ code: "cancelled" });
  expect(released).toBe(1);
});

test("it is resumed where it was", async () => {
  const called: string[] = [];
  const definition = body((r) =>
    r.scope("a", async (a) => {
      const one = await a.step("one", () => (called.push("one"), 1));
      return one + (await a.step("two", () => (called.push("two"), 2)));
    }),
  );
  const journal = memoryJournal();
  const crashing = crashingJournal(journal, { append: 3, when: "after" });
  new EmbeddedEngine({ journal: crashing }).start(definition, undefined, { id: "r" });
  await crashing.crashed;
  const { result } = await new EmbeddedEngine({ journal }).resume(definition, "r");
  expect(await result).toBe(3);
  expect(called).toEqual(["one", "two"]);
});
