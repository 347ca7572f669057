import { join } from "node:path";

import { defineConfig } from "vitest/config";

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
    maxWorkers: 2,
    // No test changes a module: the two processes load the sources once, not once for each of 250 files.
    isolate: false,
    // A dependency of theirs has sources of its own behind the condition "source", which Node does not run.
    server: { deps: { inline: [/@ai-sdk\//, /eventsource-parser/] } },
    // Programs that tests start find their sources compiled: they begin in half the time.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/node-compile") },
    testTimeout: 20_000,
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
