// What a tool gives
// - is shown as it is up to the tool's `maxOutput`, or the registry's, 20,000 characters
// - becomes an artefact where it is longer: the model gets its beginning and an id, and reads other parts of it by
//   read_artefact, which together are all of it
// - is cut where there is no store, or where the store fails, and the model is told so: what the tool does has been done
// - is kept in a step, so that a resumed run does not keep it twice
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { isLonger } from "./output.ts";
import { type CutOutput, memoryArtefacts, readArtefact, tool, ToolRegistry } from "../index.ts";
import { failureOf, valueOf } from "../tools.fixture.ts";

const head = { name: "load", description: "…", access: "read", input: z.object({}) } as const;
const giving = (value: unknown, maxOutput?: number) =>
  tool({ ...head, ...(maxOutput !== undefined && { maxOutput }), run: () => value });

test("an output within the limit is shown as it is", async () => {
  const text = "x".repeat(20_000);
  expect(await giving(text).call({})).toEqual({ ok: true, value: text, durationMs: expect.any(Number) });
  expect(valueOf(await giving(text, 20_001).call({}))).toBe(text);
  expect((await giving("ab", 1).call({})).ok && (await giving("ab", 1).call({}))).toMatchObject({ cut: true });
});

test("the limit is the tool's, else the registry's", async () => {
  const registry = new ToolRegistry({ tools: [giving("abc")], maxOutput: 2 });
  expect(await registry.call("load", {})).toMatchObject({ cut: true });
  expect(await new ToolRegistry({ tools: [giving("abc", 3)], maxOutput: 2 }).call("load", {})).toMatchObject({
    value: "abc",
  });
});

describe("a longer one", () => {
  const rows = Array.from({ length: 5_000 }, (_, n) => ({ n, name: `row ${n} 👩‍🔬` }));
  const values = { text: rows.map(({ name }) => name).join("\n"), list: rows };

  test.each(Object.entries(values))("becomes an artefact, of which all can be read: a %s", async (kind, value) => {
    const artefacts = memoryArtefacts();
    const registry = new ToolRegistry({ tools: [giving(value), readArtefact] });
    const result = await registry.call("load", {}, { artefacts });
    const whole = kind === "text" ? (value as string) : JSON.stringify(value);
    const cut = valueOf(result) as CutOutput;
    expect(result).toMatchObject({ ok: true, cut: true });
    expect(cut).toEqual({
      preview: whole.slice(0, 2_000).toWellFormed(),
      characters: whole.length,
      artefact: {
        id: expect.stringMatching(/^art_[0-9a-f]{32}$/),
        mediaType: kind === "text" ? "text/plain" : "application/json",
        name: "load",
        size: whole.length,
      },
      note: expect.stringContaining(`Call read_artefact with the id "${cut.artefact?.id}"`),
    });
    let read = "";
    for (let offset: number | undefined = 0; offset !== undefined;) {
      const args = { id: cut.artefact?.id, offset, length: 10_000 };
      const part = valueOf(await registry.call("read_artefact", args, { artefacts })) as {
        text: string;
        next_offset?: number;
      };
      read += part.text;
      offset = part.next_offset;
    }
    expect(read).toBe(whole);
  });

  test("is cut, and said to be, where there is no store", async () => {
    const cut = valueOf(await giving(values.text).call({})) as CutOutput;
    expect(cut.artefact).toBeUndefined();
    expect(cut.note).toBe(
      `The output has ${values.text.length} characters; these are the first 2000. The rest was not kept. The call was made: ask for less only where it may be made again.`,
    );
  });

  test.each(["run", "orchestrate"] as const)(
    "is cut where the store fails: what was paid is not paid again (%s)",
    async (way) => {
      let paid = 0;
      const receipt = async (): Promise<string> => `receipt ${++paid} ${values.text}`;
      const pay = tool({ ...head, access: "money", ...(way === "run" ? { run: receipt } : { orchestrate: receipt }) });
      const artefacts = { ...memoryArtefacts(), put: () => Promise.reject(new Error("disk full")) };
      const result = await pay.call({}, { artefacts });
      const cut = valueOf(result) as CutOutput;
      expect(result).toMatchObject({ ok: true, cut: true });
      expect(cut.preview).toMatch(/^receipt 1 row 0/);
      expect(cut.artefact).toBeUndefined();
      expect(cut.note).toContain("The rest could not be kept (disk full). The call was made");
      expect(paid).toBe(1);
    },
  );

  test("is not loaded again where the store fails, whatever the tool's retries", async () => {
    let loads = 0;
    const load = tool({ ...head, retry: 3, run: () => (++loads, values.text) });
    const put = (): never => {
      throw new Error("disk full");
    };
    expect(await load.call({}, { artefacts: { ...memoryArtefacts(), put } })).toMatchObject({ ok: true, cut: true });
    expect(loads).toBe(1);
  });

  test("of a tool that orchestrates is kept as well", async () => {
    const artefacts = memoryArtefacts();
    const orchestrates = tool({ ...head, orchestrate: async () => values.text });
    const { artefact } = valueOf(await orchestrates.call({}, { artefacts })) as CutOutput;
    expect((await artefacts.get(artefact?.id ?? ""))?.data).toBe(values.text);
  });

  test("that is no JSON is a failure, not an artefact", async () => {
    const dated = giving([...rows, new Date(0)]);
    expect(failureOf(await dated.call({}, { artefacts: memoryArtefacts() }))).toMatchObject({
      code: "invalid-output",
      message: expect.stringContaining("[5000] is not a JSON value"),
    });
  });
});

describe("read_artefact", () => {
  test("reads bytes as base64", async () => {
    const artefacts = memoryArtefacts();
    const { id } = await artefacts.put(new Uint8Array([1, 2, 3, 255]), { mediaType: "image/png", name: "a" });
    expect(valueOf(await readArtefact.call({ id, offset: 1, length: 2 }, { artefacts }))).toEqual({
      id,
      media_type: "image/png",
      size: 4,
      offset: 1,
      base64: btoa("\u0002\u0003"),
      next_offset: 3,
    });
  });

  test("gives nothing behind the end", async () => {
    const artefacts = memoryArtefacts();
    const { id } = await artefacts.put("abc", { mediaType: "text/plain", name: "a" });
    expect(valueOf(await readArtefact.call({ id, offset: 10 }, { artefacts }))).toMatchObject({ text: "", size: 3 });
  });

  test.each(["art_0", "__proto__", "../secret"])("refuses an id that there is not: %s", async (id) => {
    for (const artefacts of [memoryArtefacts(), undefined]) {
      const result = await readArtefact.call({ id }, artefacts === undefined ? {} : { artefacts });
      expect(failureOf(result)).toMatchObject({ code: "tool-failed", got: JSON.stringify(id) });
    }
  });
});

test("whether a value is too long is told from its JSON, without writing it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(400), (value, most) => {
      const length = typeof value === "string" ? value.length : JSON.stringify(value).length;
      const longer = isLonger(value, most);
      // Signs that escape are not counted, and true, false and null count as five signs.
      const slack = 10 + JSON.stringify(value).length * 5;
      if (length > most + slack) expect(longer).toBe(true);
      if (typeof value === "string") expect(longer).toBe(length > most);
      if (length * 6 + 10 < most) expect(longer).toBe(false);
    }),
  );
});

test("the digits of a number are counted", () => {
  expect([isLonger([12_345_678_901], 10), isLonger([12_345_678_901], 20)]).toEqual([true, false]);
});
