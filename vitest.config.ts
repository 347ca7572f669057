import { join } from "node:path";

import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take a minute, where most of 250 files take a second. */
const LONGEST: readonly string[] = [
  "src/llm/http.test.ts",
  "test/aitor-journal.test.ts",
  "test/aitor-run-agent.test.ts",
  "src/sqlite/journal/sqlite-journal.test.ts",
  "src/planning/react-suite.test.ts",
  "test/aitor-agents.test.ts",
  "test/sim/sim.test.ts",
  "test/examples.test.ts",
  "test/package.test.ts",
];

/** What takes longest begins first: nothing long is left for the end, with nothing to do beside it. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
      return found === -1 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: {
    resolve: { conditions: ["source", "node", "module", "import", "default"], externalConditions: ["source", "node"] },
  },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"],
    exclude: ["**/node_modules/**", "dist/**", "test/fixtures/**"],
    environment: "node",
    pool: "forks",
    // Tests wait now and then, for timers and processes: one more than there are processors on a small machine.
    maxWorkers: 3,
    // No test changes a module: each worker loads the sources once, not once for each of 250 files.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // A dependency of theirs has sources of its own behind the condition "source", which Node does not run.
    server: { deps: { inline: [/@ai-sdk\//, /eventsource-parser/] } },
    // Programs that tests start find their sources compiled: they begin in half the time.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/node-compile") },
    // On a busy machine a compiler, or a command, takes its time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Errors in the sources are `npm run check -- types`'s to report.
    typecheck: {
      enabled: true,
      include: ["src/**/*.test-d.ts"],
      tsconfig: "./tsconfig.json",
      ignoreSourceErrors: true,
    },
  },
});
