// A command in a pseudo-terminal has a pid of its own, or none is told: whoever would end it must not end the tests.
import { expect, test } from "vitest";
import { userFolder } from "./aitor-command.ts";
import { hasTerminals, inTerminal } from "./pseudo-terminal.ts";

if (!hasTerminals) process.stderr.write("NOT PROVED: pids in a terminal, as there is no `script` of util-linux\n");

test.runIf(hasTerminals)("a pid is told once it is known, and is not on the screen", async () => {
  using folder = userFolder();
  folder.write({ "pid.ts": 'export default { name: "pid", version: "1", execute: async () => process.pid };' });
  const command = inTerminal(folder, ["run", "pid.ts", "--no-journal"]);
  expect(() => command.pid()).toThrow(/^the command has not told its pid/);
  expect(await command.ended).toBe(0);
  expect(command.lines().join("\n")).not.toContain("pid=");
  expect(command.lines()).toContain(String(command.pid()));
});
