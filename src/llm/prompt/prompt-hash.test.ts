// - a prompt's hash tells apart what differs anywhere in it, and is short and the same everywhere
import fc from "fast-check";
import { expect, test } from "vitest";
import { fastHash, promptHash } from "./prompt-hash.ts";

test("texts that differ have hashes that differ", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(fastHash(a) === fastHash(b)).toBe(a === b);
    }),
  );
  const near = Array.from({ length: 50_000 }, (_, number) => fastHash(`{"text":"message ${number}"}`));
  expect(new Set(near).size).toBe(50_000);
  for (let lane = 0; lane < 32; lane += 8)
    expect(new Set(near.map((hash) => hash.slice(lane, lane + 8))).size).toBeGreaterThan(49_900);
});

test("the hash is 128 bits in hex, and stays the same between versions", () => {
  expect(fastHash("")).toMatch(/^[0-9a-f]{32}$/);
  expect(fastHash("hello")).toBe(fastHash("hel" + "lo"));
  expect(fastHash("hello")).toBe("64c6a4164041628a5d89097420db4a61");
});

test("tools and output count, wherever they stand", () => {
  const [tools, output] = [[{ name: "a" }], { jsonSchema: {} }];
  const all = [
    promptHash("h"),
    promptHash("h", tools),
    promptHash("h", undefined, tools),
    promptHash("h", tools, output),
    promptHash("i", tools),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(promptHash("h", tools)).toBe(promptHash("h", structuredClone(tools)));
});
