// A command in a pseudo-terminal has a pid of its own, or none is told: whoever would end it must not end the tests.
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { hasTerminals, inTerminal } from "./pseudo-terminal.ts";

if (!hasTerminals) process.stderr.write("NOT PROVED: pids in a terminal, as there is no `script` of util-linux\n");

test.runIf(hasTerminals)("a pid is told once it is known, and is not on the screen", async () => {
  using command = inTerminal(tmpdir(), ["/bin/sh", "-c", "echo I am $$"]);
  expect(() => command.pid()).toThrow(/^the command has not told its pid/);
  expect(await command.ended).toBe(0);
  expect(command.lines()).toEqual([`I am ${command.pid()}`]);
});
