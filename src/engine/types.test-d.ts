// What is run is given what it takes, and nothing wider.
import { expectTypeOf, test } from "vitest";
import type { Run, Runnable } from "../base/index.ts";
import type { EmbeddedEngine, Engine, RunHandle } from "./index.ts";

declare const engine: Engine;
declare const embedded: EmbeddedEngine;
declare const run: Run;
declare const wide: string | number;
declare const data: unknown;

const upper: Runnable<string, string> = {
  name: "upper",
  version: "1",
  execute: async (_run, text) => text.toUpperCase(),
};

class Lower implements Runnable<{ readonly text: string }, string> {
  readonly name = "lower";
  readonly version = "1";

  async execute(_run: Run, { text }: { readonly text: string }): Promise<string> {
    return text.toLowerCase();
  }
}

test("what is run is given what it takes", () => {
  expectTypeOf(engine.run(upper, "text")).toEqualTypeOf<Promise<string>>();
  expectTypeOf(embedded.start(upper, "text")).toEqualTypeOf<RunHandle<string>>();
  expectTypeOf(run.child(new Lower(), { text: "TEXT" })).toEqualTypeOf<Promise<string>>();
});

test("an input that is wider than it takes is refused", () => {
  // @ts-expect-error  it may be a number
  void engine.run(upper, wide);
  // @ts-expect-error  it may be anything
  void engine.start(upper, data);
  // @ts-expect-error  it may be a number
  void embedded.run(upper, wide);
  // @ts-expect-error  it may be anything
  void embedded.start(upper, data);
  // @ts-expect-error  it may be a number
  void run.child(upper, wide);
  // @ts-expect-error  there is no such field
  void run.child(new Lower(), { text: "TEXT", locale: "en" });
});

test("what takes a text is nothing that takes anything; each is one of which it is not known what it takes", () => {
  // @ts-expect-error  it takes a text
  expectTypeOf<Runnable<string, string>>().toExtend<Runnable<unknown, string>>();
  // @ts-expect-error  it takes an object
  expectTypeOf<Lower>().toExtend<Runnable>();
  expectTypeOf<Lower>().toExtend<Runnable<never>>();
  expectTypeOf<Runnable<unknown, string>>().toExtend<Runnable<string, string>>();
});
