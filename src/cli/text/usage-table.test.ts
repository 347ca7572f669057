// What model calls used, as a table
// - says what is not known, which is not 0; and what is counted by estimate
// - has a line for all, also of those that are not shown
import { expect, test } from "vitest";
import type { UsageEntry } from "../../engine/index.ts";
import { NO_USAGE, type UsageTotals } from "../../llm/index.ts";
import { usageTable } from "./usage-table.ts";

const plain = (_: unknown, text: string): string => text;
const used = (usage: Partial<UsageTotals>): UsageTotals => ({ ...NO_USAGE, calls: 1, ...usage });

const agents: readonly UsageEntry[] = [
  {
    name: "notes",
    id: "user-1",
    usage: used({ calls: 1_200, failed: 3, inputTokens: 45_678, cost: 12.3, unpriced: 2 }),
  },
  {
    name: "digest",
    usage: used({ inputTokens: 900, cachedTokens: 100, outputTokens: 80, estimated: 1, cost: 0.00421 }),
  },
  { name: "cheap", usage: used({ inputTokens: 1, outputTokens: 1, cost: 0.000_002 }) },
  { name: "local", usage: used({ inputTokens: 5, outputTokens: 6, unpriced: 1 }) },
  { name: "refused", usage: used({ failed: 1 }) },
];

test("of agents", () => {
  expect(usageTable("agent", agents, 4, 100, plain)).toEqual([
    "definition  id      calls  failed    input  cached  output      cost",
    "notes       user-1  1,200       3   45,678                   $12.30+",
    "digest                  1             ~900    ~100     ~80   $0.0042",
    "cheap                   1                1               1  <$0.0001",
    "local                   1                5               6   unknown",
    "5 agents            1,204       4  ~46,584    ~100     ~87   $12.30+",
  ]);
});

test("of runs, and of those that are not kept any more", () => {
  const runs: UsageEntry[] = [
    { run: "notes/user-1/m1", name: "notes", id: "user-1", usage: used({ cost: 1_234.5 }) },
    { name: "notes", id: "user-1", usage: used({ calls: 9, cost: 0.5 }) },
  ];
  expect(usageTable("run", runs, 20, 100, plain)).toEqual([
    "run                definition    calls  failed  input  cached  output       cost",
    "notes/user-1/m1    notes user-1      1                                 $1,234.50",
    "not kept any more  notes user-1      9                                   $0.5000",
    "2 runs                              10                                 $1,235.00",
  ]);
});

test("of one model", () => {
  expect(usageTable("model", [{ model: "openai/gpt-5-mini", usage: used({ cost: 0 }) }], 20, 100, plain)).toEqual([
    "model              calls  failed  input  cached  output     cost",
    "openai/gpt-5-mini      1                                 $0.0000",
  ]);
});
