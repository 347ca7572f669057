// Events come back from a record's text as they were, whatever their texts and data, and one by one or many in a record.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventEnvelope } from "../../base/index.ts";
import { atOf, atsOf, countOf, eventsOf, eventText, recordText } from "./record-text.ts";

const text = fc.string({ unit: "binary" });
/** As JSON gives it back: it knows no -0. */
const data = fc
  .option(fc.jsonValue(), { nil: undefined })
  .map((value): unknown => (value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)));

const events = (stream: string): fc.Arbitrary<EventEnvelope[]> =>
  fc.array(
    fc.record({
      v: fc.constant(1 as const),
      stream: fc.constant(stream),
      seq: fc.constant(0),
      at: fc.double({ noNaN: true, noDefaultInfinity: true }).map((at) => at + 0),
      run: fc.oneof(fc.constant(stream), text),
      key: text,
      type: text,
      data,
    }),
    { minLength: 1, maxLength: 5 },
  );

test("events are what they were", () => {
  fc.assert(
    fc.property(
      text.chain((stream) => fc.tuple(fc.constant(stream), events(stream))),
      ([stream, recorded]) => {
        const record = recordText(recorded.map(eventText), 0, recorded.length);
        const cells = [7, stream, record];
        expect(countOf(cells)).toBe(1);
        expect([...eventsOf(cells)]).toEqual(recorded.map((event, index) => ({ ...event, seq: 7 + index })));
        expect(recorded.map((event) => atOf(eventText(event)))).toEqual(recorded.map(({ at }) => at));
        expect(atsOf(record)).toEqual({ first: recorded[0]?.at, last: recorded.at(-1)?.at });
      },
    ),
  );
});

test("what cannot be kept as it is is refused", () => {
  const event: EventEnvelope = { v: 1, stream: "a", seq: 0, at: 1, run: "a", key: "", type: "t", data: 1 };
  for (const at of [Number.NaN, Infinity, "1" as never]) {
    expect(() => eventText({ ...event, at })).toThrow(expect.objectContaining({ code: "invalid-value" }));
  }
  expect(() => eventText({ ...event, data: 1n })).toThrow(
    expect.objectContaining({
      code: "not-json",
      message: expect.stringContaining('the data of a "t" event cannot be recorded'),
    }),
  );
});
