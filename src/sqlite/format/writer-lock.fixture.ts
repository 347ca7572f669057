import { appendFileSync } from "node:fs";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { messageOf, recordError } from "../../base/index.ts";
import type { Command } from "../../journal/index.ts";
import { InboxReader } from "../inbox/inbox.ts";
import { sendCommand } from "../inbox/send-command.ts";
import { WriterLock, writerOf } from "./writer-lock.ts";

/** What a test asks of a process of its own. The answer is what it returns. */
const deeds = {
  /** Becomes a user without rights. */
  drop(): void {
    process.setgid?.(65_534);
    process.setuid?.(65_534);
  },
  acquire(path: string): string {
    lock = WriterLock.acquire(path);
    return lock.path;
  },
  release(): void {
    lock?.release();
  },
  writer(path: string): number | undefined {
    return writerOf(path)?.pid;
  },
  exit(): never {
    process.exit(0);
  },
  /** Lets the lock's object go and collects garbage. */
  async collect(): Promise<void> {
    lock = undefined;
    for (let round = 0; round < 5; round++) {
      globalThis.gc?.();
      await turn();
    }
  },
  /** Looks again and again, and says so now and then, until the process is killed. */
  async look(path: string): Promise<void> {
    while (true) {
      for (let look = 0; look < 100; look++) writerOf(path);
      await turn();
    }
  },
  /** Waits for the moment, so that all begin at once; then tries until it has the lock, and counts the refusals. */
  async race(path: string, at: number): Promise<boolean> {
    await sleep(at - Date.now() - 5);
    while (Date.now() < at);
    lock = WriterLock.acquire(path);
    return true;
  },
  /** Acquires, then takes commands and carries them out: writes each into a log. */
  async serve(path: string, log: string, dies: number): Promise<void> {
    lock = WriterLock.acquire(path);
    const inbox = new InboxReader(path);
    let handled = 0;
    process.send?.({ served: true });
    while (true) {
      for (const command of inbox.take()) {
        appendFileSync(log, `${command.id}\n`);
        if (++handled === dies) process.kill(process.pid, "SIGKILL");
        inbox.acknowledge(command.id, outcomeOf(command));
      }
      await sleep(5);
    }
  },
  take(path: string): Command[] {
    inbox ??= new InboxReader(path);
    return inbox.take();
  },
  answer(path: string): void {
    inbox ??= new InboxReader(path);
    for (const command of inbox.take()) inbox.acknowledge(command.id, outcomeOf(command));
  },
  send(path: string, id: string, type: string, data: unknown, timeout: number): Promise<unknown> {
    return sendCommand(path, { id, type, data }, { timeout });
  },
  /** Sends that many commands, some at a time; an unattended one again until it has an outcome. Returns the outcomes by id. */
  async sendMany(path: string, name: string, count: number, atOnce: number): Promise<Record<string, unknown>> {
    const outcomes: Record<string, unknown> = {};
    let next = 0;
    const sender = async (): Promise<void> => {
      while (next < count) {
        const data = next++;
        const id = `${name}-${data}`;
        for (let tries = 0; !(id in outcomes); tries++) {
          try {
            outcomes[id] = await sendCommand(path, { id, type: "double", data }, { timeout: "30s" });
          } catch (error) {
            const { code } = error as { code?: string };
            if (code !== "journal-unattended" || tries > 2_000)
              outcomes[id] = `${messageOf(error)} (${(error as { got?: string }).got ?? ""})`;
            await sleep(5);
          }
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, sender));
    return outcomes;
  },
};

export type Deeds = typeof deeds;

let lock: WriterLock | undefined;
let inbox: InboxReader | undefined;

function outcomeOf({ type, data }: Command): Parameters<InboxReader["acknowledge"]>[1] {
  return type === "double" ? { value: (data as number) * 2 } : { error: recordError(new RangeError(`no ${type}`)) };
}

async function answer({ deed, args }: { readonly deed: keyof Deeds; readonly args: readonly never[] }): Promise<void> {
  try {
    const body: (...args: never[]) => unknown = deeds[deed];
    process.send?.({ value: await body(...args) });
  } catch (error) {
    process.send?.({ error: recordError(error) });
  }
}

process.on("message", (message) => void answer(message as Parameters<typeof answer>[0]));
// The test's process has ended, however it did.
process.on("disconnect", () => process.exit());
