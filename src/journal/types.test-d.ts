// A class that implements Journal names all types that it needs from the package itself.
import { expectTypeOf, test } from "vitest";
import type { BlobOptions, Blobs, Journal, Restored } from "../index.ts";

test("what the members of a journal take and give have names", () => {
  expectTypeOf<ReturnType<Journal["restore"]>>().toEqualTypeOf<Promise<Restored>>();
  expectTypeOf<NonNullable<Parameters<Blobs["put"]>[1]>>().toEqualTypeOf<BlobOptions>();
});
