// Bytes that are too large for an event. They are kept as long as a stream that they belong to.
import { type AitorError, memoryJournal } from "aitor";

const journal = memoryJournal();
const photo = Uint8Array.of(0xff, 0xd8, 0xff);

const ref = await journal.blobs.put(photo, { stream: "run-1" }); // belongs to this stream
await journal.blobs.put(photo, { stream: "run-2" }); // and to this one

await journal.drop("run-1");
console.log(`${(await journal.blobs.get(ref)).length} bytes are kept for run-2`);
await journal.drop("run-2");
await journal.blobs.get(ref).catch((error: unknown) => console.log((error as AitorError).code));

/* prints:
3 bytes are kept for run-2
blob-missing
*/
