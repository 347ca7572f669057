// What Aitor may cost, in figures that do not move with the machine: sizes and counts, beside which stands what was measured, and
// CPU work as a multiple of code written by hand in the same run, with a wide margin. `npm run bench` measures; this sees that
// bundles do not grow unnoticed, and that nothing becomes many times dearer.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";

import { type Bundle, bundled } from "../bench/bundle.ts";
import type { Order } from "../bench/contender.ts";
import { contest, type Effort } from "../bench/contest.ts";
import { AITOR, RAW } from "../bench/participants.ts";
import { median } from "../bench/sample.ts";

const root = join(import.meta.dirname, "..");
const PROVIDERS = ["@ai-sdk/*"];

const BUDGETS = {
  /** KB, minified and gzipped. Measured: 152.6 */
  agentBundle: 153,
  /** Measured: 81.8 */
  flowBundle: 84,
  /** Measured: 191,990 */
  instantiations: 194_000,
} as const;

/** × raw, and bytes allocated for a unit. */
const WORK: readonly {
  readonly what: string;
  readonly order: Order;
  readonly ratio: number;
  readonly bytes: number;
}[] = [
  { what: "a step of an agent's loop", order: { kind: "agent", n: 100 }, ratio: 4_000, bytes: 115_000 },
  { what: "a node of a flow", order: { kind: "flow", n: 100, shape: "chain of 100" }, ratio: 150, bytes: 8_000 },
  { what: "a text delta", order: { kind: "stream", n: 20_000 }, ratio: 40, bytes: 2_000 },
];

let agent: Bundle;

beforeAll(async () => {
  agent = await bundled(root, AITOR.program ?? "", PROVIDERS, ["source"]);
});

test("an agent's bundle is small", () => {
  expect(agent.kilobytes).toBeLessThan(BUDGETS.agentBundle);
});

test("a flow's bundle holds no agents and no plans", async () => {
  const flow = await bundled(root, `export { Aitorflow, task } from "aitor";`, PROVIDERS, ["source"]);
  expect(flow.kilobytes).toBeLessThan(BUDGETS.flowBundle);
  expect(flow.inputs.filter((path) => /src\/(agent|reasoning|planning)\//.test(path))).toEqual([]);
});

test("of other packages, an agent's first chunk holds hashes alone", () => {
  const packages = agent.inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  expect([...new Set(packages)]).toEqual(["@noble/hashes"]);
});

test("an agent's first chunk holds no adapters, no prices, no plans", () => {
  const adapters = agent.inputs.filter((path) => /src\/(sqlite|threads|testing|cli|planning)\//.test(path));
  expect(adapters).toEqual([]);
});

test("a program of flows, agents and tools asks little of the compiler", async () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "--project", "test/fixtures/budgets/tsconfig.json", "--extendedDiagnostics"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  const count = Number(/^Instantiations:\s+(\d+)/m.exec(stdout)?.[1]);
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(BUDGETS.instantiations);
});

const effort: Effort = { rounds: 5, warmUp: 1_000, secondsPerRun: 20, secondsPerContender: 20 };

test.each(WORK)("$what costs no more than it may", { timeout: 120_000 }, async ({ order, ratio, bytes }) => {
  const { measured, absent } = await contest(order, [RAW, AITOR], effort);
  expect(absent).toEqual([]);
  const [raw, aitor] = measured;
  expect(median(aitor?.cpu ?? []) / median(raw?.cpu ?? [])).toBeLessThan(ratio);
  expect(median(aitor?.bytes ?? [])).toBeLessThan(bytes);
});
