// The tools that come with Aitor touch nothing outside of themselves, say what is wrong in words, and cost little whatever
// a model gives them.
import { expect, test, describe } from "vitest";
import { EmbeddedEngine } from "../../engine/index.ts";
import { memoryJournal } from "../../journal/index.ts";
import {
  askUser,
  builtInTools,
  countText,
  currentTime,
  findText,
  note,
  outlineJson,
  random,
  readJson,
  replaceText,
  ToolRegistry,
  wait,
} from "../index.ts";
import { body, failureOf, place, valueOf } from "../tools.fixture.ts";

test("all of them can be registered, are named as models name things, and only read", () => {
  const registry = new ToolRegistry({ tools: builtInTools, policy: { allow: { access: ["read"] } } });
  expect(registry.definitions().map(({ name }) => name)).toEqual([
    "calculator",
    "count_text",
    "find_text",
    "replace_text",
    "read_json",
    "outline_json",
    "current_time",
    "random",
    "wait",
    "note",
    "ask_user",
    "read_artefact",
  ]);
  expect(registry.categories()).toEqual(["basics"]);
  for (const { inputSchema } of registry.definitions())
    expect(inputSchema).toMatchObject({ additionalProperties: false });
});

describe("texts", () => {
  test("are counted: characters as people see them, words, lines", async () => {
    expect(valueOf(await countText.call({ text: "" }))).toEqual({ characters: 0, words: 0, lines: 0 });
    expect(valueOf(await countText.call({ text: "zwei Wörter\r\n👩‍🔬" }))).toEqual({
      characters: 13,
      words: 3,
      lines: 2,
    });
  });

  test("are searched for exact characters", async () => {
    const text = "a.b\nab a.\n.a";
    expect(valueOf(await findText.call({ text, find: "." }))).toEqual({
      count: 3,
      places: [
        { line: 1, column: 2 },
        { line: 2, column: 5 },
        { line: 3, column: 1 },
      ],
    });
    expect(valueOf(await findText.call({ text, find: "a", limit: 1 }))).toMatchObject({ count: 4, places: [{}] });
    expect(valueOf(await findText.call({ text, find: "x" }))).toEqual({ count: 0, places: [] });
    expect(failureOf(await findText.call({ text, find: "" }))).toMatchObject({ path: "find" });
  });

  test("are replaced as they are: nothing in them is a pattern", async () => {
    const args = { text: "a.b.c", find: ".", replace: "$&$1" };
    expect(valueOf(await replaceText.call(args))).toEqual({ count: 2, text: "a$&$1b$&$1c" });
  });

  test("are not made longer than they may be", async () => {
    const args = { text: "x".repeat(10_000), find: "x", replace: "y".repeat(10_000) };
    expect(failureOf(await replaceText.call(args))).toMatchObject({
      code: "tool-failed",
      expected: "at most 1000000 characters",
      got: "100000000",
    });
  });
});

describe("JSON", () => {
  const json = JSON.stringify({ "a/b": [{ n: 1 }], "m~n": null, text: "abc" });

  test.each([
    ["", { "a/b": [{ n: 1 }], "m~n": null, text: "abc" }],
    ["/a~1b/0/n", 1],
    ["/m~0n", null],
    ["/text", "abc"],
  ])("is read at %j", async (pointer, value) => {
    expect(valueOf(await readJson.call({ json, pointer }))).toEqual(value);
  });

  test.each(["/none", "/a~1b/1", "/a~1b/length", "/text/0", "/__proto__", "/constructor/name", "no pointer"])(
    "has nothing at %j",
    async (pointer) => {
      expect(failureOf(await readJson.call({ json, pointer }))).toMatchObject({
        code: "tool-failed",
        got: `"${pointer}"`,
      });
    },
  );

  test("is outlined without its values", async () => {
    expect(valueOf(await outlineJson.call({ json, depth: 4 }))).toEqual({
      "a/b": { "list of 1": { n: "number" } },
      "m~n": "null",
      text: "text of 3",
    });
    expect(valueOf(await outlineJson.call({ json, depth: 1 }))).toBe("object of 3");
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, n])));
    expect(valueOf(await outlineJson.call({ json: wide }))).toMatchObject({ f49: "number", "…": "10 more" });
  });

  test("that is broken is told where", async () => {
    for (const tool of [readJson, outlineJson]) {
      expect(failureOf(await tool.call({ json: '{"a": tru}' }))).toMatchObject({
        code: "tool-failed",
        got: expect.stringContaining("line 1, column 10"),
      });
    }
  });

  test("that nests too deep for a result is a failure", async () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    expect(failureOf(await readJson.call({ json: deep })).code).toBe("invalid-output");
    expect(valueOf(await outlineJson.call({ json: deep }))).toEqual({ "list of 1": { "list of 1": "list of 1" } });
  });
});

describe("the time", () => {
  test("is the context's, in a time zone", async () => {
    const { clock } = place();
    await clock.advance(Date.UTC(2026, 10, 26, 23, 30, 5));
    expect(valueOf(await currentTime.call({}, { clock }))).toEqual({
      utc: "2026-11-26T23:30:05.000Z",
      time_zone: "UTC",
      local: "2026-11-26 23:30:05",
      weekday: "Thursday",
    });
    expect(valueOf(await currentTime.call({ time_zone: "Asia/Tokyo" }, { clock }))).toMatchObject({
      local: "2026-11-27 08:30:05",
      weekday: "Friday",
    });
  });

  test("in a zone that there is not is a failure", async () => {
    expect(failureOf(await currentTime.call({ time_zone: "Mars/Olympus" }))).toMatchObject({ got: '"Mars/Olympus"' });
  });
});

describe("random numbers", () => {
  test("are whole, in the range with both its ends, and all come", async () => {
    const drawn = valueOf(await random.call({ min: -1, max: 2, count: 1_000 })) as number[];
    expect(new Set(drawn)).toEqual(new Set([-1, 0, 1, 2]));
    expect(valueOf(await random.call({ min: 7, max: 7 }))).toEqual([7]);
  });

  test("may be of the largest range", async () => {
    const range = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
    const drawn = valueOf(await random.call({ ...range, count: 100 })) as number[];
    expect(drawn.every(Number.isSafeInteger)).toBe(true);
    expect(new Set(drawn).size).toBe(100);
  });

  test("of no range are refused", async () => {
    expect(failureOf(await random.call({ min: 2, max: 1 }))).toMatchObject({
      expected: "a max that is at least min, 2",
    });
    expect(failureOf(await random.call({ min: 0.5, max: 1 }))).toMatchObject({ path: "min" });
  });
});

test("waiting is a timer of the run", async () => {
  const { engine, clock } = place();
  let result: unknown;
  void wait.call({ seconds: 90 }, { engine, clock }).then((ended) => (result = ended));
  await clock.advance("89s");
  expect(result).toBeUndefined();
  await clock.advance("1s");
  expect(result).toEqual({ ok: true, value: { waited_seconds: 90 }, durationMs: 90_000 });
  expect(failureOf(await wait.call({ seconds: 86_401 }))).toMatchObject({ path: "seconds" });
});

test("a note is on record as the call's result", async () => {
  expect(valueOf(await note.call({ text: "look at page 5" }))).toEqual({ noted: "look at page 5" });
});

describe("asking the user", () => {
  async function asked(args: { question: string; choices?: string[] }) {
    const journal = memoryJournal();
    const engine = new EmbeddedEngine({ journal });
    const registry = new ToolRegistry({ tools: [askUser] });
    const run = body((r) => registry.execute({ id: "1", name: "ask_user", args }, r));
    const handle = engine.start(run, undefined, { id: "r" });
    let request: unknown;
    for await (const event of handle) {
      if (event.type === "signal-awaited") request = event.data.request;
      if (event.type === "run-suspended") break;
    }
    return { engine, handle, request };
  }

  test("waits for the answer, which shows the question", async () => {
    const { engine, handle, request } = await asked({ question: "Which year?" });
    expect(request).toEqual({ question: "Which year?" });
    await engine.answer("r", "answer", { value: "2026" });
    expect(valueOf(await handle.result)).toBe("2026");
  });

  test("takes one of the choices, where there are some", async () => {
    const { engine, handle, request } = await asked({ question: "Tea?", choices: ["yes", "no"] });
    expect(request).toEqual({ question: "Tea?", choices: ["yes", "no"] });
    await expect(engine.answer("r", "answer", { value: "perhaps" })).rejects.toMatchObject({
      code: "invalid-value",
      expected: 'one of "yes", "no"',
    });
    await engine.answer("r", "answer", { value: "yes" });
    expect(valueOf(await handle.result)).toBe("yes");
  });

  test("that nobody wants to answer is a failure that the model reads", async () => {
    const { engine, handle } = await asked({ question: "Which year?" });
    await engine.answer("r", "answer", { fail: "the user has left" });
    expect(failureOf(await handle.result).message).toContain("the user has left");
  });
});
