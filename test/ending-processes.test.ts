// A process ends by itself when its host, or the process's own, is shut down, whatever waits in the journal.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const run = promisify(execFile);

/** @returns What the program prints, when it has come to its end. */
async function printed(program: string): Promise<string> {
  const place = mkdtempSync(join(tmpdir(), "aitor-ending-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const args = ["--conditions=source", "--input-type=module", "--eval", program, join(place, "journal.db")];
  const { stdout, stderr } = await run(process.execPath, args, {
    cwd: join(import.meta.dirname, ".."),
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  expect(stderr).toBe("");
  return stdout;
}

test("whose host on disk was shut down, with a message that is not due yet", { timeout: 60_000 }, async () => {
  const program = `
    import { AitorHost, defineAgent } from "aitor";
    import { sqliteJournal } from "aitor/sqlite";
    const Echo = defineAgent({ name: "echo", memory: () => 0, onReceive: (text) => text });
    const host = new AitorHost({ journal: sqliteJournal(process.argv[1]), agents: [Echo], restAfter: "1h" });
    const echo = await host.open(Echo, "a");
    console.log(await echo.ask("x"));
    await echo.tell("later", { delay: "1h" });
    await host.shutdown();`;
  expect(await printed(program)).toBe("x\n");
});

test("whose own host was shut down", { timeout: 60_000 }, async () => {
  const program = `
    import { Aitor } from "aitor";
    const next = new Aitor({ name: "next", memory: () => 0, onReceive: (n) => n + 1 });
    console.log(await next.ask(1));
    await Aitor.shutdown();`;
  expect(await printed(program)).toBe("2\n");
});
