// Where nothing provided an engine, what needs one says so; where something did, that is used, each time anew.
import { expect, test } from "vitest";
import type { Runner } from "./runner.ts";

/** The module once more: to the one of this process other tests provide an engine. */
const alone: string = "./runner.ts?alone";
const { defaultRunner, provideRunner } = (await import(alone)) as typeof import("./runner.ts");

test("without an engine there is an error that says what to import", () => {
  expect(() => defaultRunner()).toThrow(
    expect.objectContaining({
      code: "no-engine",
      expected: 'an engine, as "aitor" and "aitor/engine" provide it when they are imported, or one that is given',
      got: "neither of them, only other parts of the package",
      fix: 'import "aitor/engine", or what you use of this subpath from "aitor"',
    }),
  );
});

test("the engine that is provided is asked for at each use", () => {
  const engine = (): Runner => ({ run: () => Promise.reject(new Error("it runs nothing")) });
  const engines = [engine(), engine()];
  let next = 0;
  provideRunner(() => engines[next++] as Runner);
  expect(defaultRunner()).toBe(engines[0]);
  expect(defaultRunner()).toBe(engines[1]);
});
