import fc from "fast-check";
import { expect, test } from "vitest";
import type { AppendOptions, HeadChange } from "../../journal/index.ts";
import { addAppend, addChange, type Change, extrasOf } from "./extra-cells.ts";
import type { EntryExtra, ExtraCell } from "./protocol.ts";

const text = fc.string();
const number = fc.nat();
const head = fc.record(
  {
    stream: text,
    kind: text,
    state: text,
    ended: fc.boolean(),
    about: fc.jsonValue(),
    keepUntil: fc.double({ noNaN: true }),
  },
  { requiredKeys: ["stream", "kind", "state"] },
);
const options = fc.record(
  {
    // Keys that look like numbers would come first.
    expect: fc.dictionary(
      text.map((name) => `s${name}`),
      number,
    ),
    drop: fc.array(text),
    restart: fc.array(text),
    heads: fc.array(head),
  },
  { requiredKeys: [] },
);
const change = fc.oneof(
  fc.record({ kind: fc.constant("drop" as const), stream: text }),
  fc.record({ kind: fc.constant("snapshot" as const), stream: text, seq: number, state: text }),
  fc.record({
    kind: fc.constant("blob" as const),
    bytes: fc.uint8Array(),
    stream: fc.option(text, { nil: undefined }),
  }),
);

test("what is packed comes back as it was", () => {
  const append = fc.record({ entry: number, from: number, to: number, options });
  const changed = fc.record({ entry: number, at: number, change });
  fc.assert(
    fc.property(fc.array(fc.oneof(append, changed)), (calls) => {
      const cells: ExtraCell[] = [];
      for (const call of calls) {
        if ("change" in call) addChange(cells, call.entry, call.at, call.change);
        else cells[addAppend(cells, call.entry, call.from, call.options)] = call.to;
      }
      expect(extrasOf(structuredClone(cells))).toEqual(
        calls.map((call) =>
          "change" in call
            ? { entry: call.entry, from: call.at, to: call.at, extra: call.change satisfies Change }
            : { entry: call.entry, from: call.from, to: call.to, extra: extraOf(call.options) },
        ),
      );
    }),
  );
});

test("of what cannot be recorded nothing is added", () => {
  const cells: ExtraCell[] = [];
  addAppend(cells, 0, 0, { expect: { a: 1 } });
  const before = [...cells];
  const heads = [{ stream: "a", kind: "run", state: 1 as unknown as string }];
  expect(() => addAppend(cells, 1, 0, { expect: { a: 1 }, drop: ["b"], heads })).toThrow(/a head cannot be recorded/);
  expect(cells).toEqual(before);
});

function extraOf({ expect = {}, drop = [], restart = [], heads = [] }: AppendOptions): EntryExtra["extra"] {
  return { kind: "append", expect: Object.entries(expect), drop, restart, heads: heads.map(headOf) };
}

function headOf({ stream, kind, state, ended = false, about, keepUntil }: HeadChange) {
  return { stream, kind, state, ended, about: about === undefined ? undefined : JSON.stringify(about), keepUntil };
}
