// A store of artefacts
// - gives back what it was given, by an id that a model can repeat; equal data has one id
// - in blobs has no other blobs, and its ids are found in texts
import { describe, expect, test } from "vitest";
import { memoryJournal } from "../../journal/index.ts";
import { artefactBlobs, type ArtefactStore, blobArtefacts, memoryArtefacts } from "../index.ts";

const TEXT = { mediaType: "text/plain", name: "a" };
const BYTES = { mediaType: "application/octet-stream", name: "b" };

const stores: readonly (readonly [name: string, open: () => ArtefactStore])[] = [
  ["in memory", memoryArtefacts],
  ["in blobs", () => blobArtefacts(memoryJournal().blobs)],
];

describe.each(stores)("%s", (_, open) => {
  test.each(["", "one\ntwo 👩‍🔬", "\ufeffbegins with a mark"])("keeps a text: %j", async (text) => {
    const artefacts = open();
    const handle = await artefacts.put(text, TEXT);
    expect(handle).toMatchObject({ ...TEXT, size: text.length, id: expect.stringMatching(/^art_\w+$/) as string });
    expect(await artefacts.get(handle.id)).toEqual({ ...TEXT, data: text });
  });

  test("keeps bytes, which are its own, and equal data has one id", async () => {
    const artefacts = open();
    const bytes = new Uint8Array([1, 10, 255]);
    const first = await artefacts.put(bytes, BYTES);
    bytes[0] = 2;
    expect(first.size).toBe(3);
    expect(await artefacts.get(first.id)).toEqual({ ...BYTES, data: new Uint8Array([1, 10, 255]) });
    expect((await artefacts.put(new Uint8Array([1, 10, 255]), BYTES)).id).toBe(first.id);
  });

  test("tells what has the same bytes apart by what it is", async () => {
    const artefacts = open();
    const text = await artefacts.put("é", TEXT);
    const bytes = await artefacts.put(new TextEncoder().encode("é"), BYTES);
    const named = await artefacts.put("é", { ...TEXT, name: "c" });
    expect(await artefacts.get(text.id)).toEqual({ ...TEXT, data: "é" });
    expect(await artefacts.get(bytes.id)).toEqual({ ...BYTES, data: new TextEncoder().encode("é") });
    expect(await artefacts.get(named.id)).toEqual({ ...TEXT, name: "c", data: "é" });
  });

  test.each(["", "art_0", "__proto__", `art_${"0".repeat(64)}9`])(
    "has nothing under an id that it did not give: %j",
    async (id) => {
      expect(await open().get(id)).toBeUndefined();
    },
  );
});

test.each(["a system's text", "{}\nrest", "null\n", "[1]\n"])(
  "a blob that is no artefact is none: %j",
  async (text) => {
    const { blobs } = memoryJournal();
    const { blob, size } = await blobs.put(new TextEncoder().encode(text));
    expect(await blobArtefacts(blobs).get(`art_${blob}${size}`)).toBeUndefined();
  },
);

test("a store of blobs that fails is told as it failed", async () => {
  const { blobs } = memoryJournal();
  const artefacts = blobArtefacts({
    put: (bytes) => blobs.put(bytes),
    get: () => Promise.reject(new Error("out of order")),
  });
  const { id } = await artefacts.put("kept", TEXT);
  await expect(artefacts.get(id)).rejects.toThrow("out of order");
});

test("the blobs of artefacts are found in a text", async () => {
  const { blobs } = memoryJournal();
  const artefacts = blobArtefacts(blobs);
  const ids = await Promise.all(["one", "two"].map(async (text) => (await artefacts.put(text, TEXT)).id));
  const found = artefactBlobs(`See "${ids[0]}", and ${ids[1]}. Not art_1, nor ${"0".repeat(64)}.`);
  expect(found).toHaveLength(2);
  const texts = await Promise.all(found.map(async (ref) => new TextDecoder().decode(await blobs.get(ref))));
  expect(texts.map((text) => text.split("\n")[1])).toEqual(["one", "two"]);
});
