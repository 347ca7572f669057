// Names of options that there are not would be passed over: they are refused where a flow is made, or started.
import { expect, test } from "vitest";
import * as z from "zod";
import { Aitorflow } from "./aitorflow.ts";
import type { Input } from "./flow-builder.ts";
import { signal } from "./signal.ts";
import { task } from "./task.ts";

const one = task("one", () => 1);
const any = z.unknown();

test.each<[string, () => unknown, string]>([
  ["task", () => task("a", () => 1, { retries: 2 } as never), 'an option of task "a"'],
  ["task.step", () => task.step("a", () => 1, { timout: "1s" } as never), 'an option of task "a"'],
  ["retry", () => task("a", () => 1, { retry: { attempts: 2, delay: 0 } as never }), 'an option of retry of task "a"'],
  [
    "task.thread",
    () => task.thread<() => number>()("a", new URL("./no.ts", import.meta.url), { efect: "pure" } as never),
    'an option of task "a"',
  ],
  ["new Aitorflow", () => new Aitorflow("f", one, { parallel: 3 } as never), 'an option of flow "f"'],
  [
    "Aitorflow.define",
    () => Aitorflow.define("f", (flow) => flow.add(one), { parallel: 3 } as never),
    'an option of flow "f"',
  ],
  ["signal", () => signal("s", any, { dedline: "3d" } as never), 'an option of signal "s"'],
  [
    "flow.signal",
    () => Aitorflow.define("f", (flow) => flow.signal("s", any, { reqest: "3d" } as never)),
    'an option of signal "s"',
  ],
  [
    "flow.map",
    () => Aitorflow.define("f", (flow, list: Input<number[]>) => flow.map(one as never, list, { bach: 2 } as never)),
    'an option of mapped task "one"',
  ],
  ["flow.start", () => new Aitorflow("f", one).start(undefined, { ID: "r" } as never), "an option of a run"],
  ["options that are none", () => task("a", () => 1, 5 as never), 'an option of task "a"'],
])("%s", (_, make, message) => {
  expect(make).toThrow(
    expect.objectContaining({
      code: "invalid-option",
      message: expect.stringContaining(`${message} cannot be used`),
      expected: expect.stringMatching(/./),
      got: expect.stringMatching(/retries|timout|delay|efect|parallel|dedline|reqest|bach|ID|5/),
    }),
  );
});

test("a second task in place of options is told how tasks are joined", () => {
  expect(() => new Aitorflow("f", one, task("two", () => 2) as never)).toThrow(
    expect.objectContaining({ code: "invalid-option", got: "a second task", fix: "join them: a.to(b)" }),
  );
});

test("flow.run", async () => {
  const failed = new Aitorflow("f", one).run(undefined, { ID: "r" } as never);
  await expect(failed).rejects.toMatchObject({ code: "invalid-option", got: expect.stringContaining("ID") });
  const without = new Aitorflow("f", one).run(undefined, { engin: 1 } as never);
  await expect(without).rejects.toMatchObject({
    expected: "engine, id, signal, origin",
    got: expect.stringContaining("engin"),
  });
});

test.each([[undefined], [{}], [{ engin: 1 }]])("flow.resume (%j)", async (options) => {
  const failed = new Aitorflow("f", one).resume("r", options as never);
  await expect(failed).rejects.toMatchObject({ code: "invalid-option" });
});
