import type { Journal } from "../journal/index.ts";
import { holds, same } from "./conformance.ts";
import { all, event, type JournalCases } from "./journal-trial.ts";

/** Every kind of JSON value, with what stores are known to change. */
export const JSON_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.1 + 0.2,
  1e308,
  5e-324,
  Number.MAX_SAFE_INTEGER,
  2 ** 64,
  "",
  "null",
  "1",
  "2026-11-01T00:00:00.000Z",
  [],
  {},
  [null, [[]], {}],
  { "": { "a.b": [1, "1", true] }, length: 0, constructor: "c", toString: 1 },
  { z: 1, a: 2, 10: "ten", 9: "nine" },
];

export const dataCases: JournalCases = {
  "of every JSON kind comes back equal": async (trial) => {
    const journal = await trial.open();
    for (const value of JSON_VALUES) await journal.append([event("a", 0, { data: value })]);
    same(await dataOf(journal), JSON_VALUES, "the data");
  },

  "keeps text of any kind, lone surrogates and control characters included": async (trial) => {
    const journal = await trial.open();
    const texts = [
      "é\u0301 日本語 😀 \u{10FFFF}",
      "\0 \u0001 \u007f \r\n \u2028 \ufeff",
      "\ud800",
      "a\udfffb",
      '\\ " \\u0041',
    ];
    await journal.append(texts.map((text) => event("a", 0, { data: { text, [text]: 1 } })));
    same(
      await dataOf(journal),
      texts.map((text) => ({ text, [text]: 1 })),
      "texts and the keys of objects",
    );
    const wide = { run: "日本語 😀", key: "é/e\u0301 '\"", type: "тип" };
    await journal.append([event("b", 0, wide)]);
    const [found] = await all(journal.read("b"));
    same({ run: found?.run, key: found?.key, type: found?.type }, wide, "the texts of an envelope");
  },

  "keeps a key named __proto__": async (trial) => {
    const journal = await trial.open();
    const value: unknown = JSON.parse('{ "__proto__": { "admin": true }, "a": 1 }');
    await journal.append([event("a", 0, { data: value })]);
    same(await dataOf(journal), [value], "the data");
    same(({} as { admin?: unknown }).admin, undefined, "a property of every object afterwards");
  },

  "reads -0 as 0 or as -0, and an undefined property as absent or undefined": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 0, { data: { zero: -0, none: undefined, last: 1 } })]);
    const [data] = (await dataOf(journal)) as { zero: number; none?: unknown; last: number }[];
    same([Object.is(data?.zero, -0) ? 0 : data?.zero, data?.none, data?.last], [0, undefined, 1], "the properties");
  },

  "may be nested 900 deep, and long": async (trial) => {
    const journal = await trial.open();
    let deep: unknown = "bottom";
    for (let depth = 0; depth < 450; depth++) deep = [{ deep }];
    const long = "0123456789abcdé ".repeat(20_000);
    const wide = Array.from({ length: 5_000 }, (_, index) => ({ index }));
    await journal.append([event("a", 0, { data: deep }), event("a", 0, { data: long }), event("a", 0, { data: wide })]);
    const found = await dataOf(journal);
    let bottom = found[0];
    for (let depth = 0; depth < 450; depth++) bottom = (bottom as [{ deep: unknown }])[0].deep;
    same(bottom, "bottom", "what lies 900 deep");
    holds(
      found[1] === long,
      "a text of 320,000 characters",
      "as it was",
      `${String(found[1]).length} characters, or others`,
    );
    same(found[2], wide, "a list of 5,000 objects");
  },
};

async function dataOf(journal: Journal): Promise<unknown[]> {
  return (await all(journal.read("a"))).map(({ data }) => data);
}
