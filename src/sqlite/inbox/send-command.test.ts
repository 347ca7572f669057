// - a command has the outcome that the writer gives it: a value, or its handler's error as it was
// - without a writer it is told at once, and nothing is left behind; the death of a writer is noticed
// - a command that was not answered in time is taken back, or it is said where it stands: nobody is misled
// - the same id is one command with one outcome
// - many senders in many processes, writers that are killed: each command is carried out and answered
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AitorError, isAitorError, recordError } from "../../base/index.ts";
import type { Command } from "../../journal/index.ts";
import { type CommandOutcome, InboxReader } from "./inbox.ts";
import { commandSum, openInbox } from "./inbox-file.ts";
import { sendCommand } from "./send-command.ts";
import { WriterLock } from "../format/writer-lock.ts";
import { OtherProcess } from "../writer-lock-process.fixture.ts";

let folder: string;
let path: string;
let stack: DisposableStack;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aitor-send-"));
  path = join(folder, "a.db");
  stack = new DisposableStack();
});
afterEach(() => {
  stack.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;

/** Writes the journal in this process, and answers as it is told; `take` has it look for commands once. */
function writer(answer?: (command: Command) => CommandOutcome): { inbox: InboxReader; handled: Command[] } {
  stack.use(WriterLock.acquire(path));
  const inbox = stack.adopt(new InboxReader(path), (each) => each.close());
  const handled: Command[] = [];
  if (answer !== undefined) {
    const poll = setInterval(() => {
      for (const command of inbox.take()) {
        handled.push(command);
        inbox.acknowledge(command.id, answer(command));
      }
    }, 5);
    stack.defer(() => clearInterval(poll));
  }
  return { inbox, handled };
}

const commandsIn = (): unknown[] => {
  if (!existsSync(`${path}.inbox`)) return [];
  using inbox = new DatabaseSync(`${path}.inbox`, { timeout: 5_000 });
  const made = inbox.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'command'").get() !== undefined;
  return made ? inbox.prepare("SELECT id FROM command").all() : [];
};

async function rejection(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  return promise.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: unknown) => error as Record<string, unknown>,
  );
}

/** Resolves when the inbox has commands. */
async function sent(count = 1): Promise<void> {
  while (commandsIn().length < count) await sleep(2);
}

describe("the outcome", () => {
  test("is the handler's value", async () => {
    const { handled } = writer(({ data }) => ({ value: { had: data } }));
    expect(await sendCommand(path, { type: "tell", data: { to: "ü", list: [1, null] } })).toEqual({
      had: { to: "ü", list: [1, null] },
    });
    expect(handled).toEqual([{ id: expect.any(String), type: "tell", data: { to: "ü", list: [1, null] } }]);
  });

  test("may be nothing, as the data may", async () => {
    writer(({ data }) => ({ value: data }));
    expect(await sendCommand(path, { type: "tell", data: undefined })).toBeUndefined();
    expect(await sendCommand(path, { type: "tell", data: null })).toBeNull();
  });

  test("is the handler's error as it was", async () => {
    const thrown = new AitorError({
      code: "run-unknown",
      message: "no such run",
      expected: "a run",
      got: "none",
      fix: "look",
      retryable: false,
      data: { run: "r" },
      cause: new RangeError("deep"),
    });
    writer(() => ({ error: recordError(thrown) }));
    const error = await rejection(sendCommand(path, { type: "cancel", data: "r" }));
    expect(isAitorError(error, "run-unknown")).toBe(true);
    expect(error).toMatchObject({
      message: thrown.message,
      expected: "a run",
      got: "none",
      fix: "look",
      retryable: false,
      data: { run: "r" },
      cause: { name: "RangeError", message: "deep" },
    });
  });

  test("is not-json where the handler's value is none", async () => {
    writer(() => ({ value: new Map() }));
    expect(await rejection(sendCommand(path, { type: "tell", data: 1 }))).toMatchObject({ code: "not-json" });
  });

  test("comes in the order in which commands were sent", async () => {
    const { handled } = writer(({ data }) => ({ value: data }));
    const sending = Array.from({ length: 50 }, (_, data) => sendCommand(path, { type: "tell", data }));
    expect(await Promise.all(sending)).toEqual(Array.from({ length: 50 }, (_, data) => data));
    expect(handled.map(({ data }) => data)).toEqual(Array.from({ length: 50 }, (_, data) => data));
  });

  test.each([
    ["the answer", `outcome = '{"value":2}'`],
    ["what was asked", "data = '2'"],
  ])("is an error where %s was altered in the inbox", async (_, change) => {
    writer(() => ({ value: 1 }));
    const command = { id: "a", type: "look", data: 1 };
    expect(await sendCommand(path, command)).toBe(1);
    stack.use(new DatabaseSync(`${path}.inbox`)).exec(`UPDATE command SET ${change}`);
    const error = await rejection(sendCommand(path, command));
    expect(error).toMatchObject({ code: "command-failed", got: "the command a is not as it was written" });
    expect(error["fix"]).toContain("remove");
  });

  test("is waited for without holding up the process", async () => {
    const { inbox } = writer();
    const sending = sendCommand(path, { type: "tell", data: 1 });
    let turns = 0;
    while (turns < 100) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    const [command] = inbox.take();
    inbox.acknowledge(command?.id ?? "", { value: turns });
    expect(await sending).toBe(100);
  });
});

describe("without a writer", () => {
  test("it is told at once, and no file is made", async () => {
    expect(await rejection(sendCommand(path, { id: "a", type: "cancel", data: 1 }))).toMatchObject({
      code: "journal-unattended",
      message: expect.stringContaining(`no process writes the journal ${path}`),
      expected: expect.any(String),
      got: expect.stringContaining("not left in the inbox"),
      fix: expect.stringContaining("aitor"),
      data: { path, id: "a", taken: false },
    });
    expect(existsSync(`${path}.inbox`)).toBe(false);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test("that is told also where there once was one, whatever became of the inbox", async () => {
    writer(() => ({ value: 1 }));
    await sendCommand(path, { id: "a", type: "cancel", data: 1 });
    stack.dispose();
    expect(await rejection(sendCommand(path, { id: "b", type: "cancel", data: 1 }))).toMatchObject({
      code: "journal-unattended",
    });
    expect(commandsIn()).toEqual([{ id: "a" }]);
    writeFileSync(`${path}.inbox`, "rubbish ".repeat(1_000));
    expect(await rejection(sendCommand(path, { id: "c", type: "cancel", data: 1 }))).toMatchObject({
      code: "journal-unattended",
    });
  });

  test("the outcome of a command that it answered is still there", async () => {
    writer(() => ({ value: "done" }));
    await sendCommand(path, { id: "a", type: "cancel", data: 1 });
    stack.dispose();
    expect(await sendCommand(path, { id: "a", type: "cancel", data: 1 })).toBe("done");
  });

  test("a command that was left by a sender who was killed is taken back", async () => {
    const db = openInbox(path);
    const sum = commandSum({ id: "a", type: "cancel", data: "1" });
    db.exec(`INSERT INTO command (id, type, data, sum, taken) VALUES ('a', 'cancel', '1', ${sum}, 77)`);
    db.close();
    expect(await rejection(sendCommand(path, { id: "a", type: "cancel", data: 1 }))).toMatchObject({
      code: "journal-unattended",
      data: { taken: true },
    });
    expect(commandsIn()).toEqual([]);
  });
});

describe("a writer that is killed while one waits", () => {
  test("is noticed, and the command is not left", async () => {
    await using other = new OtherProcess();
    await other.do("acquire", path);
    const sending = rejection(sendCommand(path, { id: "a", type: "double", data: 1 }, { timeout: "1h" }));
    await sent();
    await other.kill();
    expect(await sending).toMatchObject({ code: "journal-unattended", data: { path, id: "a", taken: false } });
    expect(commandsIn()).toEqual([]);
  });

  test("is noticed, and it is said that it had the command", async () => {
    await using other = new OtherProcess();
    await other.do("acquire", path);
    const sending = rejection(sendCommand(path, { id: "a", type: "double", data: 1 }, { timeout: "1h" }));
    await sent();
    expect(await other.do("take", path)).toHaveLength(1);
    await other.kill();
    expect(await sending).toMatchObject({
      code: "journal-unattended",
      message: expect.stringContaining("ended before it answered"),
      fix: expect.stringContaining('may have been carried out: look, or send it again with the id "a"'),
      data: { path, id: "a", taken: true },
    });
    expect(commandsIn()).toEqual([]);
  });

  test("and is followed by another before anybody noticed: that one answers", async () => {
    await using first = new OtherProcess();
    await using sender = new OtherProcess();
    await first.do("acquire", path);
    const sending = sender.do("send", path, "a", "double", 4, 600_000);
    await sent();
    expect(await first.do("take", path)).toHaveLength(1);
    sender.signal("SIGSTOP");
    await first.kill();
    const { inbox } = writer();
    sender.signal("SIGCONT");
    const [command] = inbox.take();
    expect(command).toEqual({ id: "a", type: "double", data: 4 });
    inbox.acknowledge("a", { value: 8 });
    expect(await sending).toBe(8);
  });
});

describe("a command that is not answered in time", () => {
  test("is taken back where nobody took it", async () => {
    const { inbox } = writer();
    const error = await rejection(sendCommand(path, { id: "a", type: "cancel", data: 1 }, { timeout: 60 }));
    expect(error).toMatchObject({
      code: "command-timeout",
      message: expect.stringContaining('the command "cancel" was not answered in 60 ms: it was withdrawn'),
      got: expect.stringContaining(`${process.pid}`),
      fix: expect.stringContaining("send it again"),
      data: { path, id: "a", state: "withdrawn", pid: process.pid },
    });
    expect(commandsIn()).toEqual([]);
    expect(inbox.take()).toEqual([]);
  });

  test("is taken back where the writer is stopped", async () => {
    await using other = new OtherProcess();
    await other.do("serve", path, join(folder, "log"), 0);
    other.signal("SIGSTOP");
    const error = await rejection(sendCommand(path, { id: "a", type: "double", data: 1 }, { timeout: 200 }));
    expect(error).toMatchObject({ code: "command-timeout", data: { state: "withdrawn", pid: other.pid } });
    other.signal("SIGCONT");
    expect(await sendCommand(path, { id: "b", type: "double", data: 1 })).toBe(2);
    expect(readFileSync(join(folder, "log"), "utf8")).toBe("b\n");
  });

  test("is under way where it was taken; its outcome can be had later", async () => {
    const { inbox } = writer();
    const sending = rejection(sendCommand(path, { id: "a", type: "cancel", data: 1 }, { timeout: 100 }));
    await sent();
    expect(inbox.take()).toHaveLength(1);
    expect(await sending).toMatchObject({
      code: "command-timeout",
      message: expect.stringContaining("it is under way"),
      fix: expect.stringContaining('send it again with the id "a"'),
      data: { state: "under-way" },
    });
    inbox.acknowledge("a", { value: "late" });
    expect(await sendCommand(path, { id: "a", type: "cancel", data: 1 })).toBe("late");
    expect(inbox.take()).toEqual([]);
  });

  test("tells its id as it is", async () => {
    const { inbox } = writer();
    const sending = rejection(sendCommand(path, { id: "$&$'", type: "cancel", data: 1 }, { timeout: 100 }));
    await sent();
    inbox.take();
    expect(await sending).toMatchObject({ fix: expect.stringContaining(`send it again with the id "$&$'": it`) });
  });

  test("waits where the inbox is locked, so that it cannot be taken back", async () => {
    const { inbox } = writer();
    const sending = rejection(sendCommand(path, { id: "a", type: "cancel", data: 1 }, { timeout: 100 }));
    await sent();
    using other = new DatabaseSync(`${path}.inbox`);
    other.exec("BEGIN IMMEDIATE");
    expect(await sending).toMatchObject({
      code: "command-timeout",
      message: expect.stringContaining("it waits in the inbox"),
      data: { state: "waiting" },
    });
    other.exec("COMMIT");
    expect(inbox.take()).toHaveLength(1);
  });

  test("never was there where the inbox was locked all the time", async () => {
    writer();
    const other = stack.use(openInbox(path));
    other.exec("BEGIN IMMEDIATE");
    const error = await rejection(sendCommand(path, { type: "cancel", data: 1 }, { timeout: 100 }));
    expect(error).toMatchObject({ code: "command-timeout" });
    other.exec("COMMIT");
    expect(commandsIn()).toEqual([]);
  });

  test("of no time at all is sent and taken back", async () => {
    const { inbox } = writer();
    const error = await rejection(sendCommand(path, { type: "cancel", data: 1 }, { timeout: 0 }));
    expect(error).toMatchObject({ code: "command-timeout" });
    expect(inbox.take()).toEqual([]);
  });

  test("but is answered at the last moment has its outcome", async () => {
    const { inbox } = writer();
    const sending = sendCommand(path, { id: "a", type: "cancel", data: 1 }, { timeout: 1 });
    inbox.take();
    inbox.acknowledge("a", { value: "just" });
    expect(await sending).toBe("just");
  });
});

describe("a command that is not wanted any more", () => {
  test("is taken back where nobody has taken it, and rejects with the signal's reason", async () => {
    const { inbox } = writer();
    const unwanted = new AbortController();
    const sending = rejection(sendCommand(path, { type: "tell", data: 1 }, { timeout: "1h", signal: unwanted.signal }));
    await sent();
    unwanted.abort(new RangeError("enough"));
    expect(await sending).toMatchObject({ message: "enough" });
    expect(inbox.take()).toEqual([]);
  });

  test("has its outcome where the writer has taken it", async () => {
    const { inbox } = writer();
    const unwanted = new AbortController();
    const sending = sendCommand(path, { id: "a", type: "tell", data: 1 }, { timeout: "1h", signal: unwanted.signal });
    await sent();
    inbox.take();
    unwanted.abort();
    await sleep(60);
    inbox.acknowledge("a", { value: 2 });
    expect(await sending).toBe(2);
  });

  test("is not sent at all where that is known before", async () => {
    const { inbox } = writer();
    const sending = sendCommand(path, { type: "tell", data: 1 }, { signal: AbortSignal.abort(new RangeError("no")) });
    await expect(sending).rejects.toThrow("no");
    expect(inbox.take()).toEqual([]);
  });
});

describe("the same id", () => {
  test("sent by two at the same time is carried out once, and both have the outcome", async () => {
    let count = 0;
    const { handled } = writer(() => ({ value: ++count }));
    const twice = [1, 2].map(() => sendCommand(path, { id: "a", type: "tell", data: { x: 1 } }));
    expect(await Promise.all(twice)).toEqual([1, 1]);
    expect(await sendCommand(path, { id: "a", type: "tell", data: { x: 1 } })).toBe(1);
    expect(handled).toHaveLength(1);
  });

  test("has the same error, too", async () => {
    const { handled } = writer(() => ({ error: recordError(new TypeError("no")) }));
    const command = { id: "a", type: "tell", data: 1 };
    for (let time = 0; time < 2; time++) {
      expect(await rejection(sendCommand(path, command))).toMatchObject({ name: "TypeError", message: "no" });
    }
    expect(handled).toHaveLength(1);
  });

  test.each([
    ["data", { id: "a", type: "tell", data: 2 }, 'a command "tell" with other data'],
    ["type", { id: "a", type: "cancel", data: 1 }, 'a command "cancel" after a command "tell"'],
  ])("with another %s is refused", async (_, other, got) => {
    const { handled } = writer(() => ({ value: 1 }));
    await sendCommand(path, { id: "a", type: "tell", data: 1 });
    expect(await rejection(sendCommand(path, other))).toMatchObject({ code: "command-failed", got, data: { id: "a" } });
    expect(handled).toHaveLength(1);
  });

  test("that one sender takes back is sent by the other who still waits", async () => {
    const { inbox } = writer();
    const patient = sendCommand(path, { id: "a", type: "tell", data: 1 }, { timeout: "1h" });
    await rejection(sendCommand(path, { id: "a", type: "tell", data: 1 }, { timeout: 30 }));
    await sent();
    expect(inbox.take()).toHaveLength(1);
    inbox.acknowledge("a", { value: 1 });
    expect(await patient).toBe(1);
  });
});

describe("bad arguments are refused before anything is written:", () => {
  test.each<[string, Parameters<typeof sendCommand>[1], Parameters<typeof sendCommand>[2], string]>([
    ["data that is no JSON", { type: "tell", data: { at: new Date(0) } }, {}, "not-json"],
    ["an empty type", { type: "", data: 1 }, {}, "invalid-option"],
    ["an empty id", { type: "tell", data: 1, id: "" }, {}, "invalid-option"],
    ["a timeout that is none", { type: "tell", data: 1 }, { timeout: -1 }, "invalid-duration"],
    ["an endless timeout", { type: "tell", data: 1 }, { timeout: Infinity }, "invalid-duration"],
  ])("%s", async (_, command, options, code) => {
    writer(() => ({ value: 1 }));
    expect(await rejection(sendCommand(path, command, options))).toMatchObject({ code });
    expect(commandsIn()).toEqual([]);
  });
});

describe("an inbox that cannot be used", () => {
  test("is told of, and what to do", async () => {
    writer();
    writeFileSync(`${path}.inbox`, "rubbish ".repeat(1_000));
    expect(await rejection(sendCommand(path, { type: "tell", data: 1 }))).toMatchObject({
      code: "command-failed",
      fix: expect.stringContaining(`remove ${path}.inbox`),
      data: { path, file: `${path}.inbox` },
    });
  });

  test("because this user may not write it is told of", async () => {
    writer(() => ({ value: 1 }));
    await sendCommand(path, { type: "tell", data: 1 });
    await using other = new OtherProcess();
    chmodSync(folder, 0o555);
    for (const end of [".inbox", ".inbox-wal", ".inbox-shm", ".lock"]) chmodSync(path + end, 0o444);
    if (isRoot) await other.do("drop");
    await expect(other.do("send", path, "b", "tell", 1, 5_000)).rejects.toMatchObject({
      code: "command-failed",
      fix: expect.stringContaining("this user may write"),
    });
    chmodSync(folder, 0o755);
  });
});

describe("an inbox that goes while one waits", () => {
  const remove = (): void => {
    for (const end of ["", "-wal", "-shm"]) rmSync(`${path}.inbox${end}`, { force: true });
  };

  test.each([
    ["is removed", remove],
    ["is removed without its log", () => rmSync(`${path}.inbox`)],
  ])("because it %s takes no command with it, and each is carried out once", async (_, go) => {
    const { inbox } = writer();
    const first = sendCommand(path, { type: "tell", data: 1, id: "a" });
    await sent();
    expect(inbox.take().map(({ id }) => id)).toEqual(["a"]);
    const second = sendCommand(path, { type: "tell", data: 2, id: "b" });
    await sent(2);
    go();
    const others = ["c", "d"].map((id) => sendCommand(path, { type: "tell", data: 3, id }));
    const taken: string[] = [];
    for (; taken.length < 3; await sleep(5)) taken.push(...inbox.take().map(({ id }) => id));
    expect(taken.sort()).toEqual(["b", "c", "d"]);
    await sent(4);
    expect(inbox.take()).toEqual([]);
    for (const id of ["a", ...taken]) inbox.acknowledge(id, { value: `${id} is done` });
    expect(await Promise.all([first, second, ...others])).toEqual(["a", "b", "c", "d"].map((id) => `${id} is done`));
  });

  test("because it is emptied is made anew, and holds up nobody", async () => {
    writer(({ data }) => ({ value: data }));
    expect(await sendCommand(path, { type: "tell", data: 1 })).toBe(1);
    for (const data of [2, 3]) {
      truncateSync(`${path}.inbox`);
      expect(await sendCommand(path, { type: "tell", data })).toBe(data);
      expect(await sendCommand(path, { type: "tell", data })).toBe(data);
    }
  });

  test("of which the log alone is removed is begun anew by who waits", async () => {
    const { inbox } = writer();
    const waiting = sendCommand(path, { type: "tell", data: 1, id: "a" });
    await sent();
    for (const end of ["-wal", "-shm"]) rmSync(`${path}.inbox${end}`);
    // In the same process it shares what is known of the log that is gone, and cannot read it.
    const take = (): readonly Command[] => {
      try {
        return inbox.take();
      } catch (error) {
        expect(error).toMatchObject({ code: "command-failed" });
        return [];
      }
    };
    for (let taken: readonly Command[] = []; taken.length === 0; await sleep(5)) taken = take();
    inbox.acknowledge("a", { value: "done" });
    expect(await waiting).toBe("done");
  });

  // SQLite removes a log by its name: who opens the new one in that moment may be in error until its end, and that cannot be told from here.
  const rare = { retry: 3, timeout: 60_000 };
  test(
    "because it is removed without its log, while another process has it open, is no error of the disk for who comes then",
    rare,
    async () => {
      await using other = new OtherProcess();
      await other.do("serve", path, join(folder, "log"), 0);
      const send = (_each: unknown, n: number): Promise<unknown> => sendCommand(path, { type: "double", data: n });
      let answered = 0;
      for (let round = 0; round < 5; round++) {
        const before = Array.from({ length: 10 }, send);
        await Promise.race(before);
        rmSync(`${path}.inbox`, { force: true });
        const answers = await Promise.allSettled([...before, ...Array.from({ length: 10 }, send)]);
        const late = answers.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
        // Whose log went while it was being opened hears nothing.
        for (const error of late) expect(error).toMatchObject({ code: "command-timeout" });
        answered += answers.length - late.length;
      }
      expect(answered).toBeGreaterThan(50);
    },
  );

  test("with its writer may have had the command carried out: that is said", async () => {
    await using other = new OtherProcess();
    await other.do("acquire", path);
    const waiting = rejection(sendCommand(path, { type: "tell", data: 1 }));
    await sent();
    remove();
    await other.kill();
    expect(await waiting).toMatchObject({ code: "journal-unattended", data: { taken: true } });
  });
});

describe.runIf(isRoot)("root", () => {
  test("asks something of another user's writer without locking it out", async () => {
    writeFileSync(path, "");
    chmodSync(path, 0o640);
    chownSync(path, 65_534, 65_534);
    chmodSync(folder, 0o777);
    WriterLock.acquire(path).release();
    await using other = new OtherProcess();
    await other.do("drop");
    await other.do("acquire", path);
    const sending = sendCommand(path, { id: "a", type: "double", data: 1 });
    await sent();
    for (const end of [".lock", ".inbox", ".inbox-wal"]) {
      expect(statSync(path + end)).toMatchObject({ uid: 65_534, gid: 65_534, mode: 0o100640 });
    }
    await other.do("answer", path);
    expect(await sending).toBe(2);
  });
});

describe("many senders in several processes", () => {
  const senders = 4;
  const each = 120;
  const ids = Array.from(
    { length: senders * each },
    (_, index) => `s${index % senders}-${Math.floor(index / senders)}`,
  );

  function expectAll(outcomes: Record<string, unknown>): void {
    expect(Object.keys(outcomes)).toHaveLength(ids.length);
    for (const id of ids) expect(outcomes[id]).toBe(Number(id.split("-")[1]) * 2);
  }

  async function sendAll(among: AsyncDisposableStack): Promise<Record<string, unknown>> {
    const processes = Array.from({ length: senders }, () => among.use(new OtherProcess()));
    const parts = processes.map((sender, index) => sender.do("sendMany", path, `s${index}`, each, 10));
    return Object.assign({}, ...(await Promise.all(parts))) as Record<string, unknown>;
  }

  test("have each command carried out once", { timeout: 120_000 }, async () => {
    await using among = new AsyncDisposableStack();
    const log = join(folder, "log");
    await among.use(new OtherProcess()).do("serve", path, log, 0);
    expectAll(await sendAll(among));
    expect(readFileSync(log, "utf8").trim().split("\n").sort()).toEqual([...ids].sort());
  });

  test("have each answered though writers are killed", { timeout: 120_000 }, async () => {
    await using among = new AsyncDisposableStack();
    const log = join(folder, "log");
    let done = false;
    let kills = 0;
    const writers = async (): Promise<void> => {
      while (!done) {
        await using other = new OtherProcess();
        await other.do("serve", path, log, kills < 3 ? 40 + kills : 0);
        if (kills === 3) while (!done) await sleep(20);
        else await other.exited();
        kills++;
      }
    };
    const serving = writers();
    expectAll(await sendAll(among));
    done = true;
    await serving;
    expect(kills).toBe(4);
    const handled = readFileSync(log, "utf8").trim().split("\n");
    expect(new Set(handled)).toEqual(new Set(ids));
    expect(handled.length).toBeLessThan(ids.length * 2);
  });
});
