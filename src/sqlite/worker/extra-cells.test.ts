import fc from "fast-check";
import { expect, test } from "vitest";
import { extraCells, extrasOf } from "./extra-cells.ts";

const text = fc.string();
const number = fc.nat();
const appended = fc.record({
  kind: fc.constant("append" as const),
  expect: fc.array(fc.tuple(text, number)),
  drop: fc.array(text),
  restart: fc.array(text),
  heads: fc.array(
    fc.record({
      stream: text,
      kind: text,
      state: text,
      ended: fc.boolean(),
      about: fc.option(text, { nil: undefined }),
      keepUntil: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
    }),
  ),
});
const others = fc.oneof(
  fc.record({ kind: fc.constant("drop" as const), stream: text }),
  fc.record({ kind: fc.constant("snapshot" as const), stream: text, seq: number, state: text }),
  fc.record({
    kind: fc.constant("blob" as const),
    bytes: fc.uint8Array(),
    stream: fc.option(text, { nil: undefined }),
  }),
);

test("what is packed comes back as it was", () => {
  const extra = fc.record({ entry: number, from: number, to: number, extra: fc.oneof(appended, others) });
  fc.assert(
    fc.property(fc.array(extra), (extras) => {
      expect(extrasOf(structuredClone(extraCells(extras)))).toEqual(extras);
    }),
  );
});
