import { EmbeddedEngine, type EmbeddedEngineOptions, type Journal, memoryJournal } from "aitor";
import { crashingJournal, engineConformance, type EnginePlace, virtualClock } from "aitor/testing";

// Your own engine would be here. This one has a fault: it forgets a message's id as soon
// as the message is handled.
function myEngine(options: EmbeddedEngineOptions): EmbeddedEngine {
  return new EmbeddedEngine({ ...options, dedupe: 0 });
}

type Definitions = Parameters<EnginePlace["kill"]>[0];

function place(journal: Journal, definitions: Definitions, time: number): EnginePlace {
  const clock = virtualClock(time);
  const point = { append: Infinity, when: "before" as const };
  const mortal = crashingJournal(journal, point);
  const engine = myEngine({ journal: mortal, clock, definitions, inDoubt: "ask" });
  return {
    engine,
    now: () => clock.now(),
    pass: (ms) => clock.advance(ms),
    kill: async (next) => {
      point.append = mortal.appends + 1;
      void mortal.append([]); // from here on nothing of this engine reaches the journal, and its clock stands still
      return place(journal, next, clock.now());
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

// With a test framework, this is the framework's own function.
const test = async (name: string, run: () => Promise<void>): Promise<void> => {
  await run().catch((error: unknown) => console.log(`${name}: ${(error as Error).message}`));
};

const open = (definitions: Definitions): EnginePlace => place(memoryJournal(), definitions, 0);
for (const { name, run } of engineConformance({ open, patience: "1m" })) await test(name, run);

/* prints:
a message: is handled once, however often and at the same time it is sent: whether one that comes later is a duplicate
  expected: true
  got: false
a message: is handled once, though it is sent again after a death: whether it is a duplicate
  expected: true
  got: false
an ask: with an id that was asked before gives the same, also after a death: what happened
  expected: [ 'x', 'end' ]
  got: [ 'x', 'x', 'end' ]
*/
