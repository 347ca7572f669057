// aitor chat and aitor show --step, with real processes:
// - in a pipe each line is a message; answers go to stdout, all else to stderr; a failure is an exit code; nothing of what a
//   model, a tool or a user wrote is obeyed by a terminal
// - in a terminal an answer is shown as it is written; approvals are asked in place; what is typed meanwhile steers; Ctrl-C
//   stops an answer, and leaves; commands work, unknown ones say which there are
// - the conversation is on record: the same id goes on with it, also after a kill -9 in the middle of an answer
// - what cannot work is said before anything is asked
// - a step is shown without its code: the prompt that was sent, a call's arguments and approval
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type UserFolder, userFolder } from "./aitor-command.ts";
import { hasTerminals, inTerminal } from "./pseudo-terminal.ts";

// A test starts up to half a dozen processes.
vi.setConfig({ testTimeout: 90_000 });

const AGENT = `import { appendFileSync, existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { defineAgent, defineReactAgent, jsonSchema, LLMManager, ReactAgent, tool } from "aitor";
import { MockProvider } from "aitor/testing";

const shape = (properties) => jsonSchema({ type: "object", properties, required: Object.keys(properties), additionalProperties: false });
const pay = tool({
  name: "pay",
  description: "Pays.",
  access: "money",
  input: shape({ euros: { type: "number", maximum: 100 } }),
  approval: ({ euros }) => euros > 50 && "it is much",
  run: ({ euros }) => { appendFileSync("paid", euros + " "); return "paid " + euros; },
});
const look = tool({
  name: "look",
  description: "Looks.",
  access: "read",
  input: shape({ at: { type: "string" } }),
  run: async ({ at }, step) => {
    appendFileSync("looked", at + " ");
    while (at === "long" && !existsSync("released")) await setTimeout(20, undefined, { signal: step.abortSignal });
    return "saw " + at + " \\x1b[31m\\u202e";
  },
});

function reply(prompt) {
  const last = prompt.at(JSON.stringify(prompt.at(-1).content).includes("A person changed") ? -2 : -1);
  if (last.role === "tool") return "It gave: " + last.content.map(({ output }) => Object.values(output).at(-1)).join(" and ");
  const text = last.content.map((part) => part.text ?? "").join(" ");
  const [, first] = /^pay twice (\\d+)/.exec(text) ?? [];
  if (first) return { toolCalls: [0, 1].map((more) => ({ name: "pay", input: { euros: Number(first) + more } })) };
  const [, euros] = /^pay (\\d+)/.exec(text) ?? [];
  if (euros) return { toolCalls: [{ name: "pay", input: { euros: Number(euros) } }] };
  if (text.startsWith("look ")) {
    return { reasoning: "Where?", text: "I look.", toolCalls: text.slice(5).split(" ").map((at) => ({ name: "look", input: { at } })) };
  }
  if (text === "fail") return { fault: { at: "start", kind: "status", status: 400, message: "no \\x1b[2J" } };
  if (text === "hostile") return "a\\tb \\x1b[2J\\x1b]0;title\\x07 \\u202e \\x9b31m";
  return "You said " + text + ".";
}

const llm = new LLMManager({ models: [new MockProvider(({ prompt }) => reply(prompt))] });
const options = { llm, tools: [pay, look], instructions: "Be brief. It is " + (existsSync("later") ? "late" : "early") + "." };
export default defineReactAgent({ name: "solver", ...options });
export class Classic extends ReactAgent {
  override readonly name = "classic";
  protected override reasoning() { return options; }
}
export const ready = new ReactAgent({ name: "ready", ...options });
export const notes = defineAgent({ name: "notes", memory: () => 0, onReceive: () => null });
export const keyless = defineReactAgent({ name: "keyless", llm: new LLMManager({ models: ["openai/gpt-5-mini"] }) });
`;

let folder: UserFolder;

beforeAll(() => {
  folder = userFolder();
  folder.write({ "agent.ts": AGENT });
});

afterAll(() => folder[Symbol.dispose]());

/** With nothing paid, looked at or released. */
function freshJournal(): readonly ["--journal", string] {
  for (const file of ["paid", "looked"]) folder.write({ [file]: "" });
  folder.remove("released");
  return folder.freshJournal();
}

/** What the run that is at rest waits for. */
async function pendingPayment(
  journal: readonly string[],
): Promise<{ readonly run: string; readonly key: string; readonly hash: string }> {
  const [resting] = await folder.json<{ id: string }[]>("runs", "--json", "--state", "suspended", ...journal);
  const run = resting?.id as string;
  const { waits } = await folder.json<{ waits: { key: string; request: { hash: string } }[] }>(
    "show",
    run,
    "--json",
    ...journal,
  );
  const [wait] = waits;
  return { run, key: wait?.key as string, hash: wait?.request.hash as string };
}

/** All that is not seen but line feeds. */
const ESCAPES = /(?!\n)[\p{Cc}\u202e]/u;

describe("in a pipe", () => {
  test("each line is a message; answers alone go to stdout, and the conversation goes on under its id", async () => {
    const journal = freshJournal();
    const first = await folder.aitorFed("hello\n\nlook a b\n", "chat", "agent.ts", "--id", "x", ...journal);
    expect(first).toMatchObject({
      exitCode: 0,
      stdout: "You said hello.\nIt gave: saw a \\x1b[31m\\u{202e} and saw b \\x1b[31m\\u{202e}\n",
    });
    expect(first.stderr).toMatch(/› hello\n1 turn, .*\n› look a b\nI look\.\n▸ look\(at: "a"\)\n▸ look\(at: "b"\)\n/);
    expect(first.stderr).toMatch(/✔ look\(at: "a"\) {2}\d+ ms {2}saw a \\x1b\[31m\\u\{202e\}\n/);
    expect(first.stdout + first.stderr).not.toMatch(ESCAPES);
    const again = await folder.aitor(
      "chat",
      "agent.ts",
      "--id",
      "x",
      "--message",
      "hi",
      "--message",
      "there",
      ...journal,
    );
    expect(again).toMatchObject({ exitCode: 0, stdout: "You said hi.\nYou said there.\n" });
    const memory = await folder.json<{ messages: unknown[] }>("memory", "agent.ts", "x", ...journal);
    expect(memory.messages).toHaveLength(11);
  });

  test.each(["agent.ts#Classic", "agent.ts#ready"])("%s can be talked to", async (target) => {
    const said = await folder.aitor("chat", target, "--message", "hi", ...freshJournal());
    expect(said).toMatchObject({ exitCode: 0, stdout: "You said hi.\n" });
  });

  test("a message that is not answered is a failure, and those after it are said all the same", async () => {
    const journal = freshJournal();
    const { exitCode, stdout, stderr } = await folder.aitorFed("fail\nhello\n", "chat", "agent.ts", ...journal);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "You said fail hello.\n" });
    expect(stderr).toContain("no answer: no model answered");
    expect(stderr).toMatch(new RegExp(`\\n {2}aitor show .* ${journal.join(" ")}\\n`));
    expect(stderr).toContain("1 of 2 messages were not answered");
    expect(stderr).not.toMatch(ESCAPES);
  });

  test("nothing that a model wrote is obeyed by a terminal; tabulators stay", async () => {
    const { stdout } = await folder.aitor("chat", "agent.ts", "--message", "hostile", ...freshJournal());
    expect(stdout).toBe("a\tb \\x1b[2J\\x1b]0;title\\x07 \\u{202e} \\x9b31m\n");
  });

  test("what needs an approval says how to give it from elsewhere, and goes on with it", async () => {
    const journal = freshJournal();
    const chat = folder.start("chat", "agent.ts", "--message", "pay 80", ...journal);
    await chat.says(`"reject":"why"`);
    const { run, key, hash } = await pendingPayment(journal);
    const answer = (value: object): ReturnType<UserFolder["aitor"]> =>
      folder.aitor("answer", run, key, "--value", JSON.stringify(value), ...journal);
    expect((await answer({ hash: "another", approve: true })).exitCode).toBe(1);
    expect((await answer({ hash, edit: { euros: 70 } })).exitCode).toBe(0);
    expect(await chat.ended).toMatchObject({ exitCode: 0, stdout: "It gave: paid 70\n" });
    expect(folder.read("paid")).toBe("70 ");
  });

  test("after a kill -9 the answer under way goes on, and what was done is not done again", async () => {
    const journal = freshJournal();
    const chat = folder.start("chat", "agent.ts", "--message", "look short long", ...journal);
    await chat.says('✔ look(at: "short")');
    chat.child.kill("SIGKILL");
    await chat.ended;
    folder.write({ released: "" });
    const again = await folder.aitor("chat", "agent.ts", "--message", "hello", ...journal);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.stdout).toMatch(/^It gave: saw short .* and saw long .*\nYou said hello\.\n$/);
    expect(again.stderr).toMatch(/^› look short long\n✔ look\(at: "short"\)/);
    expect(folder.read("looked")).toBe("short long long ");
  });

  test("Ctrl-C takes the message back, SIGTERM leaves it to whoever comes back", async () => {
    const journal = freshJournal();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const chat = folder.start("chat", "agent.ts", "--id", signal, "--message", "look long", ...journal);
      await chat.says("▸ look");
      chat.child.kill(signal);
      const ended = await chat.ended;
      expect(ended).toMatchObject({ exitCode: 130, stdout: "" });
      expect(ended.stderr.match(/✖.*/g)).toEqual([
        signal === "SIGINT" ? "✖ interrupted" : `✖ interrupted by ${signal}`,
      ]);
    }
    const runs = await folder.json<{ id: string; state: string }[]>("runs", "--json", ...journal);
    expect(runs.map(({ id, state }) => `${id.split("/")[1]} ${state}`)).toEqual([
      "SIGTERM interrupted",
      "SIGINT cancelled",
    ]);
  });
});

test.each([
  [["chat", "agent.ts#keyless", "--message", "x"], 1, "there is no API key for the model"],
  [["chat", "agent.ts#notes", "--message", "x"], 2, `"notes" of "agent.ts" is no reasoning agent`],
  [["chat", "gone.ts"], 2, 'there is no module "gone.ts"'],
  [["chat", "agent.ts", "--id", ""], 2, "the id of the conversation is empty"],
  [["chat", "agent.ts", "--message", " "], 2, "a message is empty"],
] as const)("aitor %s is refused before anything is asked", async (args, code, text) => {
  const child = folder.start(...args, ...freshJournal());
  const { exitCode, stdout, stderr } = await child.ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
  expect(stderr).toContain(text);
});

test("while another process holds the journal, it says what else can be done", async () => {
  const journal = freshJournal();
  const chat = folder.start("chat", "agent.ts", "--message", "look long", ...journal);
  await chat.says("▸ look");
  const { exitCode, stderr } = await folder.aitor("chat", "agent.ts", "--message", "x", ...journal);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("talk on another journal: --journal <file>");
  // Looking works meanwhile.
  const [run] = await folder.json<{ id: string }[]>("runs", "--json", ...journal);
  const shown = await folder.aitor("show", run?.id as string, "--step", "think", ...journal);
  expect(shown.stdout).toContain("✔ this is what was sent");
  folder.write({ released: "" });
  expect((await chat.ended).exitCode).toBe(0);
});

describe("a step on record", () => {
  test("of a model shows the prompt as it was sent, though code and instructions are others by now", async () => {
    const journal = freshJournal();
    await folder.aitor("chat", "agent.ts", "--message", "hello", "--message", "look a", ...journal);
    folder.write({ later: "" });
    await folder.aitor("chat", "agent.ts", "--message", "again", ...journal);
    folder.remove("later");
    const runs = (await folder.json<{ id: string }[]>("runs", "--json", ...journal)).map(({ id }) => id).reverse();
    folder.write({ "agent.ts": "throw new Error('nobody runs this')" });
    onTestFinished(() => folder.write({ "agent.ts": AGENT }));
    const said: string[] = [];
    for (const [run, step] of [
      [runs[0], "react/#1/think"],
      [runs[1], "react/#2/think"],
      [runs[2], "react/#1/think"],
    ] as const) {
      const { stdout } = await folder.aitor("show", run as string, "--step", step, ...journal);
      expect(stdout).toContain("✔ this is what was sent: its hash is that of the request");
      expect(stdout).not.toMatch(ESCAPES);
      said.push(stdout);
    }
    expect(said[1]).toMatch(
      /system\n {2}Be brief\. It is early\.\nuser\n {2}hello\nassistant\n {2}You said hello\.\nuser\n {2}look a\n/,
    );
    expect(said[1]).toMatch(
      /assistant\n {2}\(thinks\) Where\?\n {2}I look\.\n {2}calls look \{"at":"a"\}\ntool\n {2}look gave: saw a \\x1b/,
    );
    expect(said[1]).toMatch(
      /\nreply\nIt gave: saw a .*\n\nrequests\nrequest +model .*\n1 +mock\/scripted +default +stop /,
    );
    expect(said[2]).toContain("It is late.");
    const asJson = await folder.json<{ prompt: { matches: boolean; tools: unknown[] } }>(
      "show",
      runs[1] as string,
      "--step",
      "react/#1/think",
      "--json",
      ...journal,
    );
    expect(asJson.prompt).toMatchObject({ matches: true, missing: [], tools: [{ name: "pay" }, { name: "look" }] });
  });

  test("of a tool shows the call's arguments, its approval and what it gave", async () => {
    const journal = freshJournal();
    const chat = folder.start("chat", "agent.ts", "--message", "pay 80", ...journal);
    await chat.says(`"reject":"why"`);
    const { run, key, hash } = await pendingPayment(journal);
    await folder.aitor("answer", run, key, "--value", JSON.stringify({ hash, approve: true }), ...journal);
    await chat.ended;
    const { stdout } = await folder.aitor("show", run, "--step", "pay", ...journal);
    expect(stdout).toMatch(/tool +pay\ncall +1 of turn 1\n/);
    expect(stdout).toContain('\narguments\n{\n  "euros": 80\n}\n');
    expect(stdout).toMatch(
      /\napproval\nasked: it is much, .*\nof: \{"euros":80\} .*\nanswered: \{"hash":".*","approve":true\}, /,
    );
    expect(stdout).toContain('"value": "paid 80"');
  });
});

if (!hasTerminals)
  process.stderr.write("NOT PROVED: aitor chat in a terminal, as there is no `script` of util-linux\n");

describe.runIf(hasTerminals)("in a terminal", () => {
  const chatting = (journal: readonly string[]): ReturnType<typeof inTerminal> =>
    inTerminal(folder, ["chat", "agent.ts", ...journal]);

  test("an answer is shown once, with its calls, and commands say how things stand", async () => {
    const chat = chatting(freshJournal());
    await chat.shows("solver default, a new conversation");
    chat.press("look a b\r");
    await chat.shows(/2 turns, .*\n›$/);
    const shown = chat.lines().slice(1).join("\n");
    expect(shown).toMatch(
      /^› look a b\nWhere\?\nI look\.\n✔ look\(at: "[ab]"\).*\n✔ look\(at: "[ab]"\).*\nIt gave: .*\n(.*\n)?2 turns, /,
    );
    chat.press("/tools\r");
    await chat.shows("pay  Pays.");
    chat.press("/memory\r");
    await chat.shows("5 messages, 2 calls of tools, 1 problem");
    chat.press("/cost\r");
    await chat.shows("this conversation: 2 model calls");
    chat.press("/nothing\r");
    await chat.shows("there is no command /nothing; there are /tools /memory /cost /fork /help /quit");
    chat.press("/help\r");
    await chat.shows("/fork [id]");
    chat.press("//not a command\r");
    await chat.shows("You said /not a command.");
    chat.press("/quit\r");
    expect(await chat.ended).toBe(0);
  });

  test("an approval is asked in place: refused, changed, given; bad answers are told", async () => {
    const chat = chatting(freshJournal());
    await chat.shows("›");
    chat.press("pay 80\r");
    await chat.shows("approve? y, n (why not), e to edit ›");
    expect(chat.lines().join("\n")).toContain("? pay(euros: 80) needs your approval: it is much");
    chat.press("maybe\r");
    await chat.shows("nothing was answered: y approves");
    chat.press("n too much\r");
    await chat.shows("refused: too much");
    await chat.shows(/It gave: .*a person refused it: too much/s);
    chat.press("pay 81\r");
    await chat.shows("pay(euros: 81) needs your approval");
    chat.press("e\r");
    await chat.shows('arguments, as JSON › {"euros":81}');
    chat.press("\x7f\x7f\x7f" + "101}\r");
    await chat.shows("that was not accepted");
    chat.press('e {"euros":60}\r');
    await chat.shows("approved as pay(euros: 60)");
    await chat.shows("It gave: paid 60");
    chat.press("pay 82\r");
    await chat.shows("pay(euros: 82) needs your approval");
    chat.press("y\r");
    await chat.shows("It gave: paid 82");
    expect(folder.read("paid")).toBe("60 82 ");
    // An answer may begin with a "/", too, as a message may.
    chat.press("pay 83\r");
    await chat.shows("pay(euros: 83) needs your approval");
    chat.press("n\r");
    await chat.shows("why not? the model is told ›");
    chat.press("//home is to be paid first\r");
    await chat.shows("  refused: /home is to be paid first");
    await chat.shows(/It gave: .*a person refused it: \/home is to be paid first/s);
    chat.press("\x04");
    expect(await chat.ended).toBe(0);
  });

  test("what was being typed of an answer is neither a message nor another answer once it is not asked any more", async () => {
    const journal = freshJournal();
    const chat = inTerminal(folder, ["chat", "agent.ts", ...journal]);
    await chat.shows("›");
    chat.press("pay 80\r");
    await chat.shows("pay(euros: 80) needs your approval");
    chat.press("e\r");
    await chat.shows('arguments, as JSON › {"euros":80}');
    chat.press("\x03");
    await chat.shows("■ no answer: it was stopped");
    await chat.shows(/\n›$/);
    chat.press("hello\r");
    await chat.shows("You said hello.");
    // Of two calls the first is answered from elsewhere, while its answer is being typed here.
    chat.press("pay twice 84\r");
    await chat.shows("pay(euros: 84) needs your approval");
    chat.press("y");
    await chat.shows("e to edit › y");
    const { run, key, hash } = await pendingPayment(journal);
    const approved = JSON.stringify({ hash, approve: true });
    expect((await folder.aitor("answer", run, key, "--value", approved, ...journal)).exitCode).toBe(0);
    await chat.shows(/pay\(euros: 85\) needs your approval.*e to edit ›$/s);
    chat.press("\r");
    await chat.shows("nothing was answered: y approves");
    chat.press("n too much\r");
    await chat.shows(/It gave: paid 84 and .*a person refused it: too much/s);
    expect(folder.read("paid")).toBe("84 ");
    chat.press("\x04");
    expect(await chat.ended).toBe(0);
  });

  test("what is typed meanwhile steers; Ctrl-C stops the answer, and at the prompt it leaves", async () => {
    const chat = chatting(freshJournal());
    await chat.shows("›");
    chat.press("look long\r");
    await chat.shows(/look\(at: "long"\) {2}\d/);
    chat.press("hello there\r");
    await chat.shows("› hello there  (read at the next turn)");
    folder.write({ released: "" });
    await chat.shows("You said hello there.");
    await chat.shows(/2 turns, .*\n›$/);
    folder.remove("released");
    chat.press("look long\r");
    await chat.shows(/look\(at: "long"\) {2}\d+ ms\n› .*Ctrl-C stops it$/);
    chat.press("half");
    await chat.shows("› half");
    chat.press("\x03");
    await chat.shows("■ no answer: it was stopped");
    await chat.shows(/› half$/);
    chat.press("\x03");
    await chat.shows(/\n›$/);
    chat.press("\x03");
    expect(await chat.ended).toBe(0);
  });

  test("a paste of several lines is one message", async () => {
    const chat = chatting(freshJournal());
    await chat.shows("›");
    chat.press("one\rtwo\rthree\r");
    await chat.shows(/You said one\n *two\n *three\./);
    await chat.shows(/1 turn, .*\n›$/);
    expect(chat.lines().filter((line) => line.startsWith("› "))).toEqual(["› one"]);
  });

  test("a paste that is not sent yet is there again, with all its lines, when a question that came meanwhile is answered", async () => {
    const chat = chatting(freshJournal());
    await chat.shows("›");
    chat.press("look long\r");
    await chat.shows(/look\(at: "long"\) {2}\d/);
    chat.press("pay 80\r");
    await chat.shows("› pay 80  (read at the next turn)");
    chat.press("one\rtwo\rthree");
    await chat.shows("› three");
    folder.write({ released: "" });
    await chat.shows(/pay\(euros: 80\) needs your approval.*e to edit ›$/s);
    chat.press("n too much\r");
    await chat.shows(/It gave: .*a person refused it: too much.*› three$/s);
    chat.press("\r");
    await chat.shows(/You said one\n *two\n *three\./);
  });

  test("in a paste of commands, a line without a / is none", async () => {
    const chat = chatting(freshJournal());
    await chat.shows("›");
    chat.press("/tools\rquit\r/memory\r");
    await chat.shows("pay  Pays.");
    await chat.shows("there is no command quit; there are /tools");
    await chat.shows("0 messages, 0 calls of tools");
    chat.press("/quit\r");
    expect(await chat.ended).toBe(0);
  });

  test("what is typed before the chat is there waits for what goes on by itself", async () => {
    const journal = freshJournal();
    const many = Array.from({ length: 100 }, () => ["--message", "hello"]).flat();
    const waiting = folder.start("chat", "agent.ts", ...many, "--message", "pay 80", ...journal);
    await waiting.says('"approve":true');
    waiting.child.kill("SIGKILL");
    await waiting.ended;
    const chat = inTerminal(folder, ["chat", "agent.ts", ...journal]);
    chat.press("hello\r");
    await chat.shows("approve? y, n");
    chat.press("y\r");
    await chat.shows("It gave: paid 80");
    await chat.shows("You said hello.");
    chat.press("/quit\r");
    expect(await chat.ended).toBe(0);
  });

  test("after a kill -9 an approval is asked again, and a fork leaves the original as it is", async () => {
    const journal = freshJournal();
    const chat = chatting(journal);
    await chat.shows("›");
    chat.press("pay 80\r");
    await chat.shows("approve? y, n");
    process.kill(chat.pid(), "SIGKILL");
    await chat.ended;
    const again = chatting(journal);
    await again.shows("› pay 80");
    await again.shows("approve? y, n");
    again.press("y\r");
    await again.shows(/It gave: paid 80\n.*\n›$/);
    again.press("/fork other\r");
    await again.shows(/back to the one before: aitor\s+chat\s+agent\.ts\s+--journal/);
    again.press("only here\r");
    await again.shows("You said only here.");
    again.press("look long\r");
    await again.shows(/look\(at: "long"\) {2}\d/);
    again.press("/quit\r");
    expect(await again.ended).toBe(0);
    expect(again.lines().join(" ")).toContain("goes on when somebody comes back: aitor chat agent.ts --id other");
    expect(folder.read("paid")).toBe("80 ");
    const size = async (id: string): Promise<number> =>
      (await folder.json<{ messages: unknown[] }>("memory", "agent.ts", id, ...journal)).messages.length;
    expect(await size("default")).toBe(4);
    expect(await size("other")).toBeGreaterThan(5);
    // It never leaves a terminal in another state than that in which it came.
    expect(again.written().endsWith("\x1b[?25h")).toBe(true);
  });
});
