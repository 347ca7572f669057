// The list of runs, and what is said below it.
import { expect, test } from "vitest";

import { type ListedRun, runsHint, runsTable } from "./runs-table.ts";
import { style } from "../terminal/style.ts";

const NOW = 1_000_000_000;
const plain = { now: NOW, width: Infinity, style: style(false) };
const run = (given: Partial<ListedRun>): ListedRun => ({
  id: "r",
  name: "digest",
  state: "finished",
  startedAt: NOW - 60_000,
  lastEventAt: NOW,
  ...given,
});
const place = { path: ".aitor/journal.db", option: "" };

test("a run has a line with its definition, state, age, and what it waits for", () => {
  const runs = [
    run({ id: "8c1f2d3e-1234-4123-8123-123456789abc", state: "suspended", waitsFor: ["approval", "left/charge"] }),
    run({ id: "notes/user-42/order%2F7", name: "notes", key: { name: "notes", id: "user-42" } }),
  ];
  expect(runsTable(runs, plain)).toEqual([
    "run       definition     state      started   waits for",
    "8c1f2d3e  digest         suspended  60 s ago  approval, left/charge",
    "order/7   notes user-42  finished   60 s ago",
  ]);
});

test("random ids are shortened, but for those that begin alike", () => {
  const alike = ["8c1f2d3e-1234-4123-8123-123456789abc", "8c1f2d3e-9999-4123-8123-123456789abc"];
  const [, ...lines] = runsTable(
    alike.map((id) => run({ id })),
    plain,
  );
  expect(lines.map((line) => line.split(" ")[0])).toEqual(alike);
});

test("a message waits for its turn, or for its time", () => {
  const lines = runsTable([run({ state: "queued" }), run({ state: "queued", dueAt: NOW + 30_000 })], plain);
  expect(lines[1]).toMatch(/its turn$/);
  expect(lines[2]).toMatch(/its time, in 30 s$/);
});

test("names and keys cannot make a terminal obey", () => {
  const [, line] = runsTable([run({ name: "\x1b[31m", id: "a\nb", waitsFor: ["\u202e"] })], plain);
  expect(line).toContain("a\\nb");
  expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test("what is not shown is said, with the option that shows it", () => {
  const hint = runsHint({ runs: [run({})], more: 3, children: 2 }, { state: undefined, limit: 20 }, place);
  expect(hint).toEqual(["not shown: 3 older runs (--limit 23), 2 children of runs (--children)"]);
});

test("an interrupted run comes with the command line that goes on with it", () => {
  const listing = { runs: [run({ id: "it's", state: "interrupted" })], more: 0, children: 0 };
  const [line] = runsHint(listing, { state: undefined, limit: 20 }, { path: "a b.db", option: " --journal 'a b.db'" });
  expect(line).toMatch(/: aitor resume 'it'\\''s' --journal 'a b.db'$/);
});

test("no runs are said to be none", () => {
  const none = { runs: [], more: 0, children: 0 };
  expect(runsHint(none, { state: undefined, limit: 20 }, place)).toEqual(["no runs in .aitor/journal.db"]);
  expect(runsHint(none, { state: "failed", limit: 20 }, place)).toEqual(["no runs in .aitor/journal.db are failed"]);
});
