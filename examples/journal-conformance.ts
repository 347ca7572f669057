import { type Journal, memoryJournal } from "aitor";
import { journalConformance } from "aitor/testing";

// Your own journal would keep its records elsewhere. This one has a fault: it returns the latest snapshot, whichever
// was asked for.
function myJournal(): Journal {
  const journal = memoryJournal();
  const { snapshots } = journal;
  return Object.assign(journal, { snapshots: { ...snapshots, get: (stream: string) => snapshots.get(stream) } });
}

// With a test framework, this is the framework's own function.
const test = async (name: string, run: () => Promise<void>): Promise<void> => {
  await run().catch((error: unknown) => console.log(`${name}: ${(error as Error).message}`));
};

for (const { name, run } of journalConformance({ open: myJournal })) await test(name, run);

/* prints:
a snapshot: is the latest at or below an event, in whatever order they were put: at event 5
  expected: { n: 5 }
  got: { n: 6 }
a snapshot: replaces one of the same event: the snapshot of the first event
  expected: 'new'
  got: 'second'
*/
