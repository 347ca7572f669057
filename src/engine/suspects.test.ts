// Whose message kills its process
// - one that only waited for another agent's reply when its process died is not counted as the reason
// - of those that would be set aside next time one is begun at a time, so that the one that kills is told from the others
// - one that always waited for others is set aside all the same, much later
import { expect, test } from "vitest";
import type { AgentRef, Runnable } from "../base/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { forever, stateOf } from "./engine.fixture.ts";
import { life } from "./life.fixture.ts";

const CLERK: AgentRef<string> = { name: "clerk" };
const to = (id: string) => ({ name: "clerk", id });

/** Says who began, and dies, as far as its journal is concerned, where `dies` says so. */
function clerk(began: string[], dies: (message: string) => boolean, die: () => void): Runnable<string, string> {
  return {
    name: "clerk",
    version: "1",
    async execute(run, message) {
      began.push(message);
      if (message.startsWith("ask ")) await run.ask(CLERK, message.slice(4), "poison");
      if (dies(message)) die();
      if (dies(message) || message === "slow") await run.step("work", forever);
      return message;
    },
  };
}

test("who waits for a reply is not set aside for what kills the other", async () => {
  const journal = memoryJournal();
  for (let crash = 0; crash < 3; crash++) {
    const began: string[] = [];
    // A life ends with its test: nothing of it goes on.
    const { engine, clock } = life(journal, undefined, {
      definitions: [
        clerk(
          began,
          (message) => message === "poison",
          () => {},
        ),
      ],
    });
    if (crash === 0) await engine.send(to("asker"), "ask victim", { id: "m" });
    else await engine.recover();
    await clock.advance(0);
    expect(began).toContain("poison");
  }
  const began: string[] = [];
  const { engine, clock } = life(journal, undefined, {
    definitions: [
      clerk(
        began,
        () => false,
        () => {},
      ),
    ],
  });
  await engine.recover();
  await clock.advance(0);
  expect(began).not.toContain("poison");
  expect(await stateOf(journal, "clerk/asker/m")).toBe("failed"); // it was told that its message was set aside
});

test("at the last chance they are begun one at a time", async () => {
  const journal = memoryJournal();
  const ids = ["a", "b", "c"];
  const begun: string[][] = [];
  for (let crash = 0; crash < 3; crash++) {
    const began: string[] = [];
    const { engine, clock } = life(journal, undefined, {
      definitions: [
        clerk(
          began,
          (message) => message === "poison",
          () => {},
        ),
      ],
    });
    if (crash > 0) await engine.recover();
    else for (const id of ids) await engine.send(to(id), id === "b" ? "poison" : "slow", { id: "m" });
    await clock.advance(0);
    begun.push(began);
  }
  // Twice side by side; then the first alone, which its process, this time, lets finish or not.
  expect(begun).toEqual([["slow", "poison", "slow"], ["slow", "poison", "slow"], ["slow"]]);
});
