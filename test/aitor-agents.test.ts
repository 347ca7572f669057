// aitor on agents, with real processes:
// - a message is handled by the process that asks, by the one that holds the journal, or by the next that has the agent;
// - memory is printed as it is and as it was, without the agent's code where no code is needed;
// - dead letters are listed and sent again;
// - Ctrl-C takes a message back, SIGTERM and an error that nobody awaits leave it to be handled;
// - what cannot be done says what was expected, what came, and what to do.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { AitorHost, defineAgent } from "aitor";
import { sqliteJournal } from "aitor/sqlite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type UserFolder, userFolder } from "./aitor-command.ts";

// A test starts up to a dozen processes.
vi.setConfig({ testTimeout: 90_000 });

const NOTES = `import { appendFileSync, existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { Aitor, defineAgent } from "aitor";

const text = { "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) =>
  typeof value === "string" ? { value } : { issues: [{ message: "a text" }] } } };

export default defineAgent({
  name: "notes",
  memory: () => ({ seen: [] as string[] }),
  message: text,
  onReceive: async (text: string, ctx) => {
    if (text === "fail" && !existsSync("mended")) throw new Error("no way");
    if (text === "ask") text = await ctx.waitFor<string>("approval", { request: "may I?" });
    if (text.startsWith("slow")) await ctx.step("wait", async ({ abortSignal }) => {
      appendFileSync("begun", "x");
      while (!existsSync("released")) await setTimeout(20, undefined, { signal: abortSignal });
      return null;
    });
    ctx.memory.update((draft) => { draft.seen.push(text); });
    return ctx.memory.value.seen.length;
  },
});

export class Counter extends Aitor<number, number, number> {
  override readonly name = "counter";
  override memory() { return 0; }
  override onReceive(by, ctx) {
    ctx.memory.update((n) => n + by);
    return ctx.memory.value;
  }
}

export const log = defineAgent({
  name: "log",
  fold: { initial: () => 0, apply: (n: number, event) => (event.type === "message-received" ? n + 1 : n) },
  onReceive: (_: string) => "noted",
});
`;

let folder: UserFolder;

/** How many commands have been put into a journal's inbox. */
function commandsIn(journal: string): number {
  const inbox = join(folder.path, `${journal}.inbox`);
  if (!existsSync(inbox)) return 0;
  using db = new DatabaseSync(inbox, { timeout: 5_000 });
  const made = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'command'").get() !== undefined;
  return made ? (db.prepare("SELECT count(*) AS n FROM command").get() as { n: number }).n : 0;
}

beforeAll(() => {
  folder = userFolder();
  folder.write({ "notes.ts": NOTES });
});

afterAll(() => folder[Symbol.dispose]());

test("a message is handled here, or recorded and handled with the next one; memory shows both", async () => {
  const journal = folder.freshJournal();
  expect(await folder.aitor("ask", "notes.ts", "a", '"first"', ...journal)).toMatchObject({
    exitCode: 0,
    stdout: "1\n",
  });
  const told = await folder.aitor("tell", "notes", "a", '"second"', "--message-id", "m2", ...journal);
  expect(told).toMatchObject({ exitCode: 0, stdout: "m2\n" });
  expect(told.stderr).toContain("recorded, as no process holds the journal");
  const again = await folder.aitor("tell", "notes", "a", '"second"', "--message-id", "m2", ...journal);
  expect(again.stderr).toContain("was received before");
  expect(await folder.json("agents", "--json", ...journal)).toMatchObject([{ name: "notes", id: "a", queued: 1 }]);
  expect((await folder.aitorFed('"third"', "ask", "notes.ts", "a", "--message-file", "-", ...journal)).stdout).toBe(
    "3\n",
  );
  expect(await folder.json("memory", "notes", "a", ...journal)).toEqual({ seen: ["first", "second", "third"] });
  const listed = await folder.aitor("agents", ...journal);
  expect(listed.stdout).toMatch(/^agent +id +state +waiting +memory changed\nnotes +a +idle +(now|\d+ s ago)\n$/);
});

test("an agent is named by its name also where a folder is called like it", async () => {
  const journal = folder.freshJournal();
  folder.write({ "inbox/notes.txt": "" });
  // The system refuses to look for a file of the second name.
  for (const name of ["inbox", "long".repeat(100)]) {
    const told = await folder.aitor("tell", name, "a", '"hello"', ...journal);
    expect(told).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`to ${name} a is received`) as string });
  }
});

test("an agent asks others that its module exports, and what these wait for is told", async () => {
  const journal = folder.freshJournal();
  folder.write({
    "desk.ts": `import { Aitor, agentRef, defineAgent } from "aitor";
export const desk = defineAgent({
  name: "desk",
  memory: () => null,
  onReceive: async (text: string, ctx) => await ctx.ask(agentRef<string, number>("notes"), "a", text),
});
export { default as notes } from "./notes.ts";
export abstract class Clerk extends Aitor<number, number, number> {}
const twin = () => defineAgent({ name: "twin", memory: () => null, onReceive: () => null });
export const [one, other] = [twin(), twin()];
`,
  });
  expect(await folder.aitor("ask", "desk.ts#desk", "d", '"first"', ...journal)).toMatchObject({
    exitCode: 0,
    stdout: "1\n",
  });
  await folder.aitor("tell", "notes", "a", '"second"', ...journal);
  const asked = folder.start("ask", "desk.ts#desk", "d", '"ask"', "--message-id", "m", ...journal);
  await asked.says("notes a waits for approval: aitor answer");
  asked.child.kill("SIGKILL");
  await asked.ended;
  const answered = await folder.aitor("runs", "--state", "unfinished", "--json", ...journal);
  const runs = JSON.parse(answered.stdout) as { id: string; state: string }[];
  const waiting = runs.find(({ id }) => id.startsWith("notes/a/")) as { id: string };
  await folder.aitor("answer", waiting.id, "approval", "--value", '"third"', ...journal);
  expect(await folder.aitor("resume", "desk/d/m", ...journal)).toMatchObject({ exitCode: 0, stdout: "3\n" });
  expect(await folder.json("memory", "notes", "a", ...journal)).toEqual({ seen: ["first", "second", "third"] });
});

test("what is told of a wait can be typed in a shell, whatever the id, and answers the run that asks", async () => {
  const journal = folder.freshJournal();
  folder.write({
    "clerk.ts": `import { defineAgent } from "aitor";
const form = { name: "form", version: "1", execute: (run) => run.waitFor("may I?") };
export default defineAgent({
  name: "clerk",
  memory: () => null,
  onReceive: async (text: string, ctx) => await ctx.child(form, text),
});
`,
  });
  const id = "o'o; exit 9\n";
  const asked = folder.start("ask", "clerk.ts", id, '"x"', "--message-id", "m", ...journal);
  const run = "clerk/o\\'o; exit 9\\n/m/form";
  await asked.says(`form waits for may I?: aitor answer $'${run}' 'may I?' --journal ${journal[1]} --value <json>`);
  const typed = execFileSync("bash", ["-c", `printf %s $'${run}'`], { encoding: "utf8" });
  await folder.aitor("answer", typed, "may I?", "--value", '"yes"', ...journal);
  expect(await asked.ended).toMatchObject({ exitCode: 0, stdout: '"yes"\n' });
});

test("an agent whose message waits for a run below it is interrupted once that is answered and no process is there", async () => {
  const journal = folder.freshJournal();
  folder.write({
    "boss.ts": `import { defineAgent } from "aitor";
      const kid = { name: "kid", version: "1", execute: (run) => run.waitFor("go") };
      export default defineAgent({ name: "boss", memory: () => 0, onReceive: (_: string, ctx) => ctx.child(kid, null) });`,
  });
  const { child, ended, says } = folder.start("ask", "boss.ts", "1", '"hi"', ...journal);
  await says("waits for go");
  child.kill("SIGKILL");
  await ended;
  const state = async (): Promise<unknown> =>
    JSON.parse((await folder.aitor("agents", "--json", ...journal)).stdout) as unknown;
  expect(await state()).toMatchObject([{ name: "boss", state: "suspended" }]);
  const { stdout } = await folder.aitor("runs", "--children", "--json", ...journal);
  const kid = (JSON.parse(stdout) as { id: string; name: string }[]).find(({ name }) => name === "kid");
  await folder.aitor("answer", kid?.id as string, "go", "--value", "1", ...journal);
  expect(await state()).toMatchObject([{ name: "boss", state: "interrupted" }]);
});

test("memory goes back to a commit, and is exported with its version", async () => {
  const journal = folder.freshJournal();
  await folder.aitor("ask", "notes.ts", "a", '"first"', ...journal);
  await folder.aitor("ask", "notes.ts", "a", '"second"', ...journal);
  const { stdout } = await folder.aitor("memory", "notes", "a", "--commits", ...journal);
  const [title, first, second] = stdout.split("\n");
  expect(title).toMatch(/^commit +time +by +what changed$/);
  expect(first).toMatch(/^ *\d+ +[\d: -]+ +[\da-f]{8} +all$/);
  expect(second).toMatch(/ seen\.1$/);
  const commit = /\d+/.exec(first as string)?.[0] as string;
  expect(await folder.json("memory", "notes", "a", "--at", commit, ...journal)).toEqual({ seen: ["first"] });
  const exported = await folder.json("memory", "notes.ts", "a", "--export", ...journal);
  expect(exported).toMatchObject({
    format: "aitor-memory",
    v: 1,
    agent: "notes",
    version: "1",
    value: { seen: ["first", "second"] },
  });
  const unknown = await folder.aitor("memory", "notes", "a", "--at", "99999", ...journal);
  expect(unknown).toMatchObject({ exitCode: 1, stdout: "" });
  expect(unknown.stderr).toContain("there is no commit 99999");
  expect(unknown.stderr).toContain(`fix: list them: aitor memory notes a --commits ${journal.join(" ")}\n`);
});

test("of a history that began anew what is kept is shown, and what is not is refused by name", async () => {
  const journal = ["--journal", "history.db"] as const;
  const notes = defineAgent({
    name: "notes",
    memory: () => ({ seen: [] as string[] }),
    onReceive: (text: string, ctx) => ctx.memory.update((draft) => void draft.seen.push(text)),
  });
  {
    await using file = sqliteJournal(join(folder.path, journal[1]));
    await using host = new AitorHost({ journal: file, history: 2 });
    const agent = await host.open(notes, "a");
    for (const text of ["first", "second"]) await agent.ask(text);
    await agent.update(() => {}); // its turn comes when the history has begun anew
    await agent.ask("third");
  }
  const { stdout } = await folder.aitor("memory", "notes", "a", "--commits", ...journal);
  const [, begun, third] = stdout.split("\n");
  expect(begun).toMatch(/ from outside +begun anew$/);
  expect(third).toMatch(/ seen\.2$/);
  const commit = /\d+/.exec(begun as string)?.[0] as string;
  expect(await folder.json("memory", "notes", "a", "--at", commit, ...journal)).toEqual({ seen: ["first", "second"] });
  expect(await folder.json("memory", "notes", "a", ...journal)).toEqual({ seen: ["first", "second", "third"] });
  const gone = await folder.aitor("memory", "notes", "a", "--at", "2", ...journal);
  expect(gone).toMatchObject({ exitCode: 1, stdout: "" });
  expect(gone.stderr).toContain(`a commit from ${commit} on`);
  const check = await folder.aitor("doctor", ...journal);
  expect(check).toMatchObject({ exitCode: 0 });
});

test("classes and folds are agents too; a fold needs its code", async () => {
  const journal = folder.freshJournal();
  expect((await folder.aitor("ask", "notes.ts#Counter", "a", "2", ...journal)).stdout).toBe("2\n");
  expect((await folder.aitor("ask", "notes.ts#Counter", "a", "3", ...journal)).stdout).toBe("5\n");
  expect((await folder.aitor("ask", "notes.ts#log", "a", '"x"', ...journal)).stdout).toBe('"noted"\n');
  expect(await folder.json("memory", "notes.ts#log", "a", ...journal)).toBe(1);
  const { stderr, exitCode } = await folder.aitor("memory", "log", "a", ...journal);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("aitor memory <module[#export]> <id>");
});

test("while one process holds the journal, others ask, tell, answer and look", async () => {
  const journal = folder.freshJournal();
  const asking = folder.start("ask", "notes.ts", "a", '"ask"', ...journal);
  await asking.says("aitor answer");
  expect(await folder.json("agents", "--json", ...journal)).toMatchObject([{ id: "a", state: "suspended" }]);
  const told = await folder.aitor("tell", "notes", "a", '"told"', ...journal);
  expect(told.stderr).toContain(`process ${asking.child.pid} handles it`);
  expect((await folder.aitor("ask", "notes", "b", '"asked"', ...journal)).stdout).toBe("1\n");
  const late = await folder.aitor("ask", "notes", "a", '"late"', "--deadline", "200ms", ...journal);
  expect(late).toMatchObject({ exitCode: 1 });
  expect(late.stderr).toContain("notes a waits for approval: aitor answer");
  expect(late.stderr).toContain("there was no reply in time");
  const runs = await folder.json<{ id: string; state: string }[]>("runs", "--json", "--state", "suspended", ...journal);
  await folder.aitor("answer", runs[0]?.id as string, "approval", "--value", '"granted"', ...journal);
  expect(await asking.ended).toMatchObject({ exitCode: 0, stdout: "1\n" });
  await folder.aitor("ask", "notes.ts", "a", '"last"', ...journal);
  expect(await folder.json("memory", "notes", "a", ...journal)).toEqual({ seen: ["granted", "told", "last"] });
});

test("who asks what stands still since the code has changed is told so, in the process itself and from another one", async () => {
  const journal = folder.freshJournal();
  const clerk = (version: string) => `import { existsSync } from "node:fs";
import { defineAgent } from "aitor";
export default defineAgent({
  name: "clerk",
  version: "${version}",
  memory: () => 0,
  onReceive: async (text: string, ctx) => {
    await ctx.step("version ${version}", () => 1);
    if (text === "wait") await ctx.waitFor("approval");
    return "done by ${version}";
  },
});
`;
  folder.write({ "clerk-1.ts": clerk("1"), "clerk-2.ts": clerk("2") });
  const first = folder.start("ask", "clerk-1.ts", "a", '"wait"', "--message-id", "m", ...journal);
  await first.says("aitor answer");
  first.child.kill("SIGKILL");
  await first.ended;
  const here = await folder.aitor("ask", "clerk-2.ts", "a", '"wait"', "--message-id", "m", ...journal);
  expect(here).toMatchObject({ exitCode: 1, stdout: "" });
  expect(here.stderr).toContain('clerk "a" stands still');
  expect((await folder.aitor("show", "clerk/a/m", ...journal)).stdout).toContain("stands still");
  const holds = folder.start("ask", "clerk-2.ts", "b", '"wait"', ...journal);
  await holds.says("aitor answer");
  const there = await folder.aitor("ask", "clerk", "a", '"wait"', "--message-id", "m", ...journal);
  expect(there).toMatchObject({ exitCode: 1, stdout: "" });
  expect(there.stderr).toContain('clerk "a" stands still');
  holds.child.kill("SIGKILL");
  await holds.ended;
  const again = folder.start("ask", "clerk-1.ts", "a", '"wait"', "--message-id", "m", ...journal);
  await again.says("aitor answer");
  await folder.aitor("answer", "clerk/a/m", "approval", "--value", "1", ...journal);
  expect(await again.ended).toMatchObject({ exitCode: 0, stdout: '"done by 1"\n' });
});

test("who asks behind a message that comes to stand still later is told so from another process, too", async () => {
  const journal = folder.freshJournal();
  const clerk = (version: string) => `import { appendFileSync, existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { defineAgent } from "aitor";
export default defineAgent({
  name: "clerk",
  version: "${version}",
  memory: () => 0,
  onReceive: async (text: string, ctx) => {
    appendFileSync("clerk-${version}-begun", "x");
    while ("${version}" === "2" && !existsSync("clerk-may")) await setTimeout(20);
    await ctx.step("version ${version}", () => 1);
    await ctx.waitFor("approval");
    return "done by ${version}";
  },
});
`;
  folder.write({ "later-1.ts": clerk("1"), "later-2.ts": clerk("2"), "clerk-2-begun": "" });
  const first = folder.start("ask", "later-1.ts", "a", '"x"', "--message-id", "m", ...journal);
  await first.says("aitor answer");
  first.child.kill("SIGKILL");
  await first.ended;
  const second = folder.start("ask", "later-2.ts", "a", '"x"', "--message-id", "m", ...journal);
  await vi.waitUntil(() => folder.read("clerk-2-begun") !== "", { timeout: 20_000 });
  const behind = folder.start("ask", "clerk", "a", '"y"', "--message-id", "n", ...journal);
  await behind.says("run clerk/a/n");
  folder.write({ "clerk-may": "" });
  const told = await behind.ended;
  expect(told).toMatchObject({ exitCode: 1, stdout: "" });
  expect(told.stderr).toContain('clerk "a" stands still');
  expect(told.stderr).toContain("this message keeps its place");
  expect(await second.ended).toMatchObject({ exitCode: 1 });
});

test("who asks the process that holds the journal gets the reply also where that one ends before", async () => {
  const journal = folder.freshJournal();
  folder.write({ begun: "" });
  const first = folder.start("ask", "notes.ts", "a", '"slow"', ...journal);
  await vi.waitUntil(() => folder.read("begun") !== "", { timeout: 20_000 });
  const [second, nameless] = [
    folder.start("ask", "notes.ts", "a", '"second"', ...journal),
    folder.start("ask", "notes", "a", '"third"', "--message-id", "m3", ...journal),
  ];
  await Promise.all([second.says("run"), nameless.says("run")]);
  // It would take the place of the first one, which the other then waits for.
  second.child.kill("SIGSTOP");
  first.child.kill("SIGKILL");
  await first.ended;
  const left = await nameless.ended;
  second.child.kill("SIGCONT");
  expect(left).toMatchObject({ exitCode: 1, stdout: "" });
  expect(left.stderr).toContain("--message-id m3");
  folder.write({ released: "" });
  const handled = await second.ended;
  folder.remove("released");
  expect(handled).toMatchObject({ exitCode: 0 });
  expect(handled.stderr).toContain("it is handled here");
  expect((await folder.aitor("ask", "notes.ts", "a", '"third"', "--message-id", "m3", ...journal)).stdout).toMatch(
    /^[23]\n$/,
  );
  const { seen } = await folder.json<{ seen: string[] }>("memory", "notes", "a", ...journal);
  expect(seen[0]).toBe("slow");
  expect(seen.toSorted()).toEqual(["second", "slow", "third"]);
});

test("who asks an agent that is deleted meanwhile in another process is told so", async () => {
  const waits = defineAgent({
    name: "waits",
    memory: () => 0,
    onReceive: (_: string, ctx) => ctx.waitFor<string>("go"),
  });
  await using host = new AitorHost({ journal: sqliteJournal(join(folder.path, "deleting.db")), agents: [waits] });
  await host.open(waits, "other");
  const asking = folder.start("ask", "waits", "a", '"hello"', "--journal", "deleting.db");
  await asking.says("waits a waits for go");
  await host.delete(waits, "a");
  const { exitCode, stdout, stderr } = await asking.ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(/✖ run "waits\/a\/.*" was cancelled/);
});

test("who asks a process that is stopped, or busy, waits until it goes on, and is told so; Ctrl-C takes the message back", async () => {
  const journal = folder.freshJournal();
  folder.write({ begun: "" });
  const first = folder.start("ask", "notes.ts", "a", '"slow"', ...journal);
  await vi.waitUntil(() => folder.read("begun") !== "", { timeout: 20_000 });
  first.child.kill("SIGSTOP");
  const [second, third] = [
    folder.start("ask", "notes", "b", '"second"', ...journal),
    folder.start("ask", "notes", "c", '"third"', ...journal),
  ];
  const said = `process ${first.child.pid} that holds the journal is busy or stopped`;
  await Promise.all([second.says(said), third.says(said)]);
  third.child.kill("SIGINT");
  expect(await third.ended).toMatchObject({ exitCode: 130 });
  first.child.kill("SIGCONT");
  const reply = await second.ended;
  expect(reply).toMatchObject({ exitCode: 0, stdout: "1\n" });
  expect(reply.stderr.split(said)).toHaveLength(2);
  first.child.kill("SIGKILL");
  await first.ended;
  expect(await folder.json("agents", "--json", ...journal)).toMatchObject([{ id: "a" }, { id: "b" }]);
});

test("Ctrl-C in the moment in which the place of a process that died is taken takes the message back", async () => {
  const journal = folder.freshJournal();
  folder.write({
    "interrupted.ts": `import { existsSync, readFileSync } from "node:fs";
import notes from "./notes.ts";
const pid = ${JSON.stringify(`${journal[1]}.pid`)};
const look = setInterval(() => {
  if (!existsSync(pid) || readFileSync(pid, "utf8").trim() !== String(process.pid)) return;
  clearInterval(look);
  process.kill(process.pid, "SIGINT");
}, 1);
export default notes;
`,
  });
  const first = folder.start("ask", "notes.ts", "a", '"ask"', ...journal);
  await first.says("aitor answer");
  const second = folder.start("ask", "interrupted.ts", "b", '"ask"', "--message-id", "m", ...journal);
  await second.says("aitor answer");
  first.child.kill("SIGKILL");
  expect(await second.ended).toMatchObject({ exitCode: 130, stdout: "" });
  expect(await folder.json("runs", "--json", "--state", "cancelled", ...journal)).toMatchObject([{ id: "notes/b/m" }]);
});

test("Ctrl-C in the place of a process that died leaves a message alone that was told before", async () => {
  const journal = folder.freshJournal();
  const first = folder.start("ask", "notes.ts", "a", '"ask"', ...journal);
  await first.says("aitor answer");
  await folder.aitor("tell", "notes", "b", '"ask"', "--message-id", "m", ...journal);
  const second = folder.start("ask", "notes.ts", "b", '"ask"', "--message-id", "m", ...journal);
  await second.says("aitor answer");
  first.child.kill("SIGKILL");
  await second.says("it is handled here");
  second.child.kill("SIGINT");
  expect(await second.ended).toMatchObject({ exitCode: 130, stdout: "" });
  expect(await folder.json("runs", "--json", "--state", "cancelled", ...journal)).toEqual([]);
});

test("a failure is told; one that nobody waited for is a dead letter, and is sent again", async () => {
  const journal = folder.freshJournal();
  const failed = await folder.aitor("ask", "notes.ts", "a", '"fail"', ...journal);
  expect(failed).toMatchObject({ exitCode: 1, stdout: "" });
  expect(failed.stderr).toContain("no way");
  await folder.aitor("tell", "notes", "a", '"fail"', ...journal);
  await folder.aitor("ask", "notes.ts", "a", '"x"', ...journal);
  const letters = await folder.json<{ run: string; why: string }[]>("dead-letters", "--json", ...journal);
  expect(letters).toMatchObject([{ to: { name: "notes", id: "a" }, message: "fail", why: "failed" }]);
  folder.write({ mended: "" });
  const sent = await folder.aitor("dead-letters", "--again", letters[0]?.run as string, ...journal);
  expect(sent.stderr).toContain("is sent again");
  await folder.aitor("ask", "notes.ts", "a", '"y"', ...journal);
  folder.remove("mended");
  expect(await folder.json("memory", "notes", "a", ...journal)).toEqual({ seen: ["x", "fail", "y"] });
  expect(await folder.json("dead-letters", "--json", ...journal)).toEqual([]);
  expect((await folder.aitor("dead-letters", "--again", letters[0]?.run as string, ...journal)).exitCode).toBe(1);
});

test("an error that nobody awaits leaves the message to be handled", async () => {
  const journal = folder.freshJournal();
  folder.write({
    "fragile.ts": `import { existsSync } from "node:fs";
import { defineAgent } from "aitor";
export default defineAgent({ name: "fragile", memory: () => 0, onReceive: (_: string, ctx) => ctx.step("work", () => {
  if (existsSync("mended")) return "handled";
  setTimeout(() => { throw new Error("socket hang up"); }, 20);
  return new Promise<string>(() => {});
}) });
`,
  });
  folder.remove("mended");
  const asked = await folder.aitor("ask", "fragile.ts", "a", '"x"', "--message-id", "m", ...journal);
  expect(asked).toMatchObject({ exitCode: 1, stdout: "" });
  expect(asked.stderr).toContain("thrown outside of any step");
  folder.write({ mended: "" });
  const again = await folder.aitor("ask", "fragile.ts", "a", '"x"', "--message-id", "m", ...journal);
  expect(again).toMatchObject({ exitCode: 0, stdout: '"handled"\n' });
});

test("Ctrl-C takes the message back, SIGTERM leaves it to be handled", async () => {
  const journal = folder.freshJournal();
  const begun = (): string => folder.read("begun");
  for (const [signal, text] of [
    ["SIGINT", "slow 1"],
    ["SIGTERM", "slow 2"],
  ] as const) {
    folder.write({ begun: "" });
    const asking = folder.start("ask", "notes.ts", "a", JSON.stringify(text), ...journal);
    await vi.waitUntil(() => begun() !== "", { timeout: 20_000 });
    expect(await folder.json("agents", "--json", ...journal)).toMatchObject([{ id: "a", state: "busy" }]);
    asking.child.kill(signal);
    expect(await asking.ended).toMatchObject({ exitCode: 130, stdout: "" });
  }
  expect(await folder.json("agents", "--json", ...journal)).toMatchObject([{ id: "a", state: "interrupted" }]);
  folder.write({ released: "" });
  expect((await folder.aitor("ask", "notes.ts", "a", '"x"', ...journal)).stdout).toBe("2\n");
  folder.remove("released");
  expect(await folder.json("memory", "notes", "a", ...journal)).toEqual({ seen: ["slow 2", "x"] });
});

test("Ctrl-C waits for no message that comes before", async () => {
  const journal = folder.freshJournal();
  const asked = async (text: string, id: string): Promise<ReturnType<typeof folder.start>> => {
    folder.write({ begun: "" });
    const asking = folder.start("ask", "notes.ts", "a", JSON.stringify(text), "--message-id", id, ...journal);
    await vi.waitUntil(() => folder.read("begun") !== "", { timeout: 20_000 });
    return asking;
  };
  const states = async (): Promise<unknown> => {
    const runs = await folder.json<{ id: string; state: string }[]>("runs", "--json", ...journal);
    return runs.map(({ id, state }) => `${id} ${state}`).sort();
  };
  const first = await asked("slow", "1");
  first.child.kill("SIGTERM");
  await first.ended;
  const second = await asked("x", "2");
  second.child.kill("SIGINT");
  await vi.waitUntil(async () => JSON.stringify(await states()).includes("notes/a/2 cancelled"), { timeout: 20_000 });
  folder.write({ released: "" });
  expect(await second.ended).toMatchObject({ exitCode: 130 });
  folder.remove("released");
  expect(await states()).toEqual(["notes/a/1 interrupted", "notes/a/2 cancelled"]);
});

test("an ask that another process handles and that is late leaves a message alone that was told before", async () => {
  const journal = folder.freshJournal();
  folder.write({ begun: "" });
  const first = folder.start("ask", "notes.ts", "a", '"slow"', ...journal);
  await vi.waitUntil(() => folder.read("begun") !== "", { timeout: 20_000 });
  const same = ["notes", "a", '"told"', "--message-id", "m", ...journal] as const;
  await folder.aitor("tell", ...same);
  const late = await folder.aitor("ask", ...same, "--deadline", "500ms");
  expect(late.stderr).toContain("there was no reply in time");
  folder.write({ released: "" });
  await first.ended;
  folder.remove("released");
  expect((await folder.aitor("ask", "notes.ts", "a", '"x"', ...journal)).stdout).toBe("3\n");
});

test.each(["SIGINT", "SIGTERM"])(
  "%s while the journal is being opened ends it, and nothing is sent",
  async (signal) => {
    const journal = folder.freshJournal();
    folder.write({
      "opening.ts": `import { defineAgent } from "aitor";
const end = () => process.kill(process.pid, "${signal}");
let looked = false;
const schema = { "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => {
  if (!looked) setImmediate(end);
  looked = true;
  return { value };
} } };
export default defineAgent({ name: "clerk", memory: () => 0, message: schema, onReceive: () => "handled" });
`,
    });
    const asked = await folder.aitor("ask", "opening.ts", "a", '"x"', ...journal);
    expect(asked).toMatchObject({ exitCode: 130, stdout: "" });
    expect(asked.stderr).toContain("✖ interrupted");
    expect(await folder.json("runs", "--json", ...journal)).toEqual([]);
  },
);

test("a message that a busy process has not received yet is taken back as well, on Ctrl-C and when it is late", async () => {
  const journal = folder.freshJournal();
  folder.write({
    "busy.ts": `import { existsSync, writeFileSync } from "node:fs";
import { defineAgent } from "aitor";
export default defineAgent({
  name: "busy",
  memory: () => 0,
  onReceive: async (text: string, ctx) => {
    if (text !== "compute") return "handled";
    await ctx.step("compute", () => {
      writeFileSync("computes", "");
      while (!existsSync("computed"));
    });
    await ctx.waitFor("approval");
  },
});
`,
  });
  const busy = folder.start("ask", "busy.ts", "a", '"compute"', ...journal);
  await vi.waitUntil(() => existsSync(join(folder.path, "computes")), { timeout: 20_000 });
  const late = folder.start("ask", "busy", "b", '"late"', "--deadline", "500ms", ...journal);
  const stopped = folder.start("ask", "busy", "c", '"stopped"', ...journal);
  await vi.waitUntil(() => commandsIn(journal[1]) === 2, { timeout: 20_000 });
  stopped.child.kill("SIGINT");
  expect(await stopped.ended).toMatchObject({ exitCode: 130, stdout: "" });
  const told = await late.ended;
  expect(told).toMatchObject({ exitCode: 1, stdout: "" });
  expect(told.stderr).toContain("there was no reply in time");
  folder.write({ computed: "" });
  await busy.says("aitor answer");
  await folder.aitor("tell", "busy", "d", '"behind them"', ...journal);
  expect(await folder.json("runs", "--json", ...journal)).toMatchObject([{ key: { id: "d" } }, { key: { id: "a" } }]);
  busy.child.kill("SIGKILL");
  await busy.ended;
});

test.each([
  [["ask", "notes", "a", '"x"'], 1, "name the module"],
  [["ask", "none.ts", "a", '"x"'], 2, 'there is no module "none.ts"'],
  [["ask", "notes.ts", "a", "hello"], 2, `'"hello"'`],
  [["ask", "notes.ts", "a", "7"], 2, "the message does not match its schema"],
  [["tell", "notes.ts", "a", "7"], 2, "the message does not match its schema"],
  [["tell", "notes.ts", "", '"x"'], 2, "the id of the agent is empty"],
  [["tell", "notes", "a", '"x"', "--message-id", ""], 2, "the id of the message is empty"],
  [["tell", "notes.ts", "a", '"x"', "--delay", "soon"], 2, "It is no duration"],
  [["tell", "notes.ts", "a", '"x"', "--message-file", "f"], 2, "given twice"],
  [["memory", "notes", "nobody"], 1, "has no memory"],
  [["memory", "notes", "a", "--at", "x"], 2, "no number of a commit"],
  [["dead-letters", "--again", "nothing"], 2, "there is no run"],
] as const)("aitor %s is refused", async (args, code, text) => {
  const journal = ["--journal", "journals/refused.db"];
  await folder.aitor("ask", "notes.ts", "known", '"x"', ...journal);
  const { exitCode, stdout, stderr } = await folder.aitor(...args, ...journal);
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
  expect(stderr).toContain(text);
});
