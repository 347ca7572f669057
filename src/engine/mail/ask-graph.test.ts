// Who waits for whom
// - a wait that would close a cycle is refused, with the chain; any other is not, and one that is over is in nobody's way
import fc from "fast-check";
import { expect, test } from "vitest";
import type { MessageKey } from "../../base/index.ts";
import { AskGraph } from "./ask-graph.ts";

const key = (id: number | string): MessageKey => ({ name: "n", id: String(id) });

test("the chain begins and ends with the one that asks", () => {
  const graph = new AskGraph();
  graph.wait(key("b"), key("c"));
  graph.wait(key("c"), key("d"));
  graph.wait(key("b"), key("x"));
  graph.wait(key("d"), key("a"));
  let error: unknown;
  try {
    graph.wait(key("a"), key("b"));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({
    code: "ask-cycle",
    retryable: false,
    message: expect.stringContaining('n "a" → n "b" → n "c" → n "d" → n "a" would wait for each other for ever'),
    data: { chain: ["a", "b", "c", "d", "a"].map(key) },
  });
});

test("keys are told apart whatever their names are made of", () => {
  const graph = new AskGraph();
  graph.wait({ name: "a/b", id: "c" }, { name: "a", id: "b/c" });
  expect(() => graph.wait({ name: "a", id: "b/c" }, { name: "a/b", id: "d" })).not.toThrow();
  expect(() => graph.wait({ name: "a", id: "b/c" }, { name: "a/b", id: "c" })).toThrow(
    expect.objectContaining({ code: "ask-cycle" }),
  );
});

test("a wait that is refused leaves nothing, and one that is made twice ends twice", () => {
  const graph = new AskGraph();
  const [once, again] = [graph.wait(key(1), key(2)), graph.wait(key(1), key(2))];
  expect(() => graph.wait(key(2), key(1))).toThrow();
  once();
  expect(() => graph.wait(key(2), key(1))).toThrow();
  again();
  graph.wait(key(2), key(1))();
  graph.wait(key(1), key(2));
});

test("of random waits those are refused that close a cycle, and no others", () => {
  const step = fc.oneof(
    fc.record({ from: fc.nat(5), to: fc.nat(5) }),
    fc.record({ from: fc.nat(5), to: fc.nat(5) }),
    fc.record({ ends: fc.nat(30) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const graph = new AskGraph();
      let open: { readonly from: number; readonly to: number; readonly end: () => void }[] = [];
      const reaches = (from: number, to: number, seen = new Set<number>()): boolean => {
        if (from === to) return true;
        if (seen.has(from)) return false;
        seen.add(from);
        return open.some((edge) => edge.from === from && reaches(edge.to, to, seen));
      };
      for (const each of steps) {
        if ("ends" in each) {
          const edge = open[each.ends % Math.max(1, open.length)];
          edge?.end();
          open = open.filter((other) => other !== edge);
          continue;
        }
        const { from, to } = each;
        const closes = reaches(to, from);
        try {
          open.push({ from, to, end: graph.wait(key(from), key(to)) });
          expect(closes).toBe(false);
        } catch (error) {
          expect(error).toMatchObject({ code: "ask-cycle" });
          expect(closes).toBe(true);
          const { chain } = (error as { data: { chain: MessageKey[] } }).data;
          expect([chain[0], chain[1], chain.at(-1)]).toEqual([key(from), key(to), key(from)]);
          for (let index = 1; index + 1 < chain.length; index++) {
            const [a, b] = [Number(chain[index]?.id), Number(chain[index + 1]?.id)];
            expect(open.some((edge) => edge.from === a && edge.to === b)).toBe(true);
          }
        }
      }
    }),
  );
});
