// What the compiler infers of thread tasks.
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { Aitorflow } from "./aitorflow.ts";
import { task } from "./task.ts";
import type { Task } from "./types.ts";

const module = new URL("./digest.fixture.ts", import.meta.url);
const make = task.thread<typeof import("./digest.fixture.ts").default>();
interface Digest {
  sum: number;
  rounds: number;
}

test("a thread task has the inputs of its function, and its result without the promise", () => {
  const digest = make("digest", module, { retry: 2, timeout: "5s" });
  expectTypeOf(digest).toEqualTypeOf<Task<"digest", [text: string, rounds?: number | undefined], Digest>>();
  expectTypeOf(digest.as("other")).toEqualTypeOf<Task<"other", [text: string, rounds?: number | undefined], Digest>>();
  expectTypeOf(new Aitorflow("flow", digest)).toEqualTypeOf<Aitorflow<string, Digest>>();
  const sync = task.thread<(n: number) => string>()("sync", module);
  expectTypeOf(sync).toEqualTypeOf<Task<"sync", [n: number], string>>();
});

test("a thread task takes what its schemas take, if the function takes what they make", () => {
  const dated = task.thread<(at: Date) => number>()("dated", module, {
    input: z.string().transform((text) => new Date(text)),
  });
  expectTypeOf(dated).toEqualTypeOf<Task<"dated", [input: string], number>>();
  const both = make("both", module, {
    input: [z.string(), z.number()],
    output: z.object({ sum: z.number(), rounds: z.number() }),
  });
  expectTypeOf(both).toEqualTypeOf<Task<"both", [string, number], Digest>>();
  // @ts-expect-error  the function takes a text
  make("wrong", module, { input: z.number() });
  // @ts-expect-error  the result is an object
  make("wrong", module, { output: z.string() });
});

test("wiring is checked", () => {
  const count = task("count", (text: string) => text.length);
  // @ts-expect-error  the digest takes a text
  count.to(make("digest", module));
  // @ts-expect-error  a URL, not a path
  make("digest", "./digest.fixture.ts");
  // @ts-expect-error  without the function's type it fits nowhere
  count.to(task.thread()("untyped", module));
});
