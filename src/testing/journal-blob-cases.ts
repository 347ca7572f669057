import { createHash } from "node:crypto";
import type { Journal } from "../journal/index.ts";
import { failsWith, holds, same } from "./conformance.ts";
import { event, type JournalCases, lastSeq, upTo } from "./journal-trial.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const mutable: readonly (readonly [kind: string, make: () => Uint8Array])[] = [
  ["an array of bytes", () => Uint8Array.of(1, 2, 3)],
  ["a Buffer, whose slice is no copy", () => Buffer.from([1, 2, 3])],
  ["a part of a larger buffer", () => new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4)],
];

export const blobCases: JournalCases = {
  "come back equal, by their content": async (trial) => {
    const journal = await trial.open();
    for (const size of [0, 1, 100_000, 1_000_000]) {
      const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251);
      const ref = await journal.blobs.put(bytes);
      same({ ...ref }, { blob: sha256(bytes), size }, `the reference of ${size} bytes`);
      same({ ...(await journal.blobs.put(bytes.slice())) }, { ...ref }, "the reference of the same bytes, put again");
      const got = await journal.blobs.get(ref);
      holds(got instanceof Uint8Array, "what is got", "a Uint8Array", typeof got);
      holds(
        got.length === size && sha256(got) === ref.blob,
        `${size} bytes`,
        "as they were put",
        `${got.length} bytes, or others`,
      );
    }
  },

  "of equal length are told apart": async (trial) => {
    const journal = await trial.open();
    const contents = upTo(20).map((n) => Uint8Array.of(n, 0, 7));
    const refs = await Promise.all(contents.map((bytes) => journal.blobs.put(bytes)));
    for (const [n, ref] of refs.entries())
      same(Array.from(await journal.blobs.get(ref)), [n, 0, 7], `bytes number ${n}`);
  },

  "that are put several times at once are the same": async (trial) => {
    const journal = await trial.open();
    const bytes = Uint8Array.of(4, 5, 6);
    const refs = await Promise.all(upTo(10).map(() => journal.blobs.put(bytes.slice())));
    same(new Set(refs.map(({ blob }) => blob)).size, 1, "how many references they have");
    for (const ref of refs) same(Array.from(await journal.blobs.get(ref)), [4, 5, 6], "what each gives");
  },

  "do not change with what was put or got": async (trial) => {
    const journal = await trial.open();
    for (const [kind, make] of mutable) {
      const bytes = make();
      const putting = journal.blobs.put(bytes);
      bytes[0] = 99;
      const ref = await putting;
      bytes[1] = 99;
      same(ref.blob, sha256(Uint8Array.of(1, 2, 3)), `the reference of ${kind} that changed after the call`);
      const got = await journal.blobs.get(ref);
      same(Array.from(got), [1, 2, 3], `${kind} that changed after it was put`);
      got[2] = 99;
      same(Array.from(await journal.blobs.get(ref)), [1, 2, 3], `${kind}, when what was got has changed`);
    }
  },

  "of a stream go with it, and those of no stream stay": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2)]);
    const of = (n: number, stream?: string): ReturnType<Journal["blobs"]["put"]> =>
      journal.blobs.put(Uint8Array.of(n), stream === undefined ? {} : { stream });
    const [own, other, free] = [await of(1, "a"), await of(2, "b"), await of(3)];
    await journal.drop("a");
    await failsWith("blob-missing", () => journal.blobs.get(own), "bytes of a stream that was dropped");
    same(Array.from(await journal.blobs.get(other)), [2], "bytes of another stream");
    same(Array.from(await journal.blobs.get(free)), [3], "bytes of no stream");
    same({ ...(await of(1)) }, { ...own }, "the reference of the same bytes, put again");
    same(Array.from(await journal.blobs.get(own)), [1], "bytes that were put again");
  },

  "of several streams go with the last of them": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2)]);
    const bytes = Uint8Array.of(7);
    const ref = await journal.blobs.put(bytes, { stream: "a" });
    await journal.blobs.put(bytes, { stream: "b" });
    await journal.blobs.put(bytes, { stream: "b" });
    await journal.drop("a");
    same(Array.from(await journal.blobs.get(ref)), [7], "bytes that another stream has too");
    await journal.drop("b");
    await failsWith("blob-missing", () => journal.blobs.get(ref), "bytes whose streams were all dropped");
  },

  "go with a stream that a batch drops, too": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1), event("b", 2)]);
    const a = await lastSeq(journal, "a");
    const own = await journal.blobs.put(Uint8Array.of(1), { stream: "a" });
    const shared = await journal.blobs.put(Uint8Array.of(2), { stream: "a" });
    await journal.blobs.put(Uint8Array.of(2), { stream: "b" });
    const free = await journal.blobs.put(Uint8Array.of(3), { stream: "a" });
    await journal.blobs.put(Uint8Array.of(3));
    const stale = (): unknown => journal.append([event("a", 3)], { expect: { a: a - 1 }, drop: ["a", "b"] });
    await failsWith("journal-conflict", stale, "a batch that drops, and expects what is not so");
    same(Array.from(await journal.blobs.get(own)), [1], "bytes of a stream, when the batch that drops it was refused");
    await journal.append([event("a", 4)], { expect: { a }, drop: ["a"] });
    await failsWith("blob-missing", () => journal.blobs.get(own), "bytes of a stream that a batch began anew");
    same(Array.from(await journal.blobs.get(shared)), [2], "bytes that another stream has too");
    await journal.append([], { drop: ["b"] });
    await failsWith("blob-missing", () => journal.blobs.get(shared), "bytes whose streams batches dropped");
    same(Array.from(await journal.blobs.get(free)), [3], "bytes that were put without a stream, too");
  },

  "that were put without a stream stay when a stream has them too": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)]);
    const both = upTo(2).map((n) => Uint8Array.of(9, n)) as [Uint8Array, Uint8Array];
    const first = await journal.blobs.put(both[0]);
    await journal.blobs.put(both[0], { stream: "a" });
    const second = await journal.blobs.put(both[1], { stream: "a" });
    await journal.blobs.put(both[1]);
    await journal.drop("a");
    same(Array.from(await journal.blobs.get(first)), Array.from(both[0]), "bytes whose stream came second");
    same(Array.from(await journal.blobs.get(second)), Array.from(both[1]), "bytes whose stream came first");
  },

  "belong to a stream that begins after them, and not to its second life": async (trial) => {
    const journal = await trial.open();
    const ref = await journal.blobs.put(Uint8Array.of(5), { stream: "a" });
    await journal.append([event("a", 1)], { expect: { a: 0 } });
    await journal.drop("a");
    await failsWith("blob-missing", () => journal.blobs.get(ref), "bytes of a stream that was dropped");
    await journal.append([event("a", 2)]);
    await journal.blobs.put(Uint8Array.of(5), { stream: "b" });
    await journal.drop("a");
    same(Array.from(await journal.blobs.get(ref)), [5], "bytes that the dropped stream had in its first life alone");
  },

  "that were never put are an error": async (trial) => {
    const journal = await trial.open();
    await journal.blobs.put(Uint8Array.of(1));
    const ref = { blob: "0".repeat(64), size: 1 };
    await failsWith("blob-missing", () => journal.blobs.get(ref), "bytes that were never put");
  },
};
