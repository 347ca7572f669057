// Bytes that belong to an agent: they are kept as long as the agent.
import { type AitorError, AitorHost, type BlobRef, defineAgent } from "aitor";

const album = defineAgent({
  name: "album",
  memory: () => [] as BlobRef[],
  onReceive: (photo: BlobRef, ctx) => ctx.memory.update((photos) => void photos.push(photo)),
});

const host = new AitorHost();
const mine = await host.open(album, "user-42");

const photo = await mine.blobs.put(Uint8Array.of(0xff, 0xd8, 0xff)); // in a handler: ctx.blobs
await mine.ask(photo); // the message and the memory hold only the reference
console.log(`${(await mine.read()).length} photo of ${(await mine.blobs.get(photo)).length} bytes`);

await host.delete(album, "user-42");
await mine.blobs.get(photo).catch((error: unknown) => console.log((error as AitorError).code));
await host.shutdown();

/* prints:
1 photo of 3 bytes
blob-missing
*/
