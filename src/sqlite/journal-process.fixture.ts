// What other processes do in the tests of journals: `node journal-process.fixture.ts deed path …`.
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { sqliteJournal } from "./index.ts";
import { migrate } from "./format/schema.ts";

const [, , deed, path = "", ...args] = process.argv;

const event = (stream: string, n: number, text = "x".repeat(200)): never =>
  ({
    v: 1,
    stream,
    seq: 0,
    at: n,
    run: stream,
    key: `step#${n}`,
    type: "happened",
    data: { n, text },
  }) as never;

/** At once, however fast its reader is: what was told before a kill is told. */
function tell(text: string): void {
  let rest = Buffer.from(`${text}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

const deeds: Record<string, () => Promise<void>> = {
  /**
   * Appends to streams side by side, each from its number on, and tells of what was acknowledged. Where there is a limit it
   * stays idle then.
   */
  async append() {
    const journal = sqliteJournal(path);
    const [from, limit = Infinity] = [JSON.parse(args[0] ?? "[]") as number[], args[1] && Number(args[1])];
    await Promise.all(
      from.map(async (first, index) => {
        for (let n = first; n < first + Number(limit); n++) {
          const batch = [event(`s${index}`, n), event(`t${index}`, n)];
          await journal.append(batch, { heads: [{ stream: `s${index}`, kind: "run", state: `at ${n}` }] });
          tell(`${index} ${n}`);
        }
      }),
    );
    tell("done");
    setInterval(() => {}, 1_000_000);
  },

  /** Appends so many, one after the other, and ends without closing. */
  async few() {
    const journal = sqliteJournal(path);
    for (let n = 1; n <= Number(args[0]); n++) await journal.append([event("a", n)]);
    tell("done");
  },

  /** Does not wait for what it appends, and comes to its end. */
  async unawaited() {
    const journal = sqliteJournal(path);
    for (let n = 1; n <= Number(args[0]); n++) void journal.append([event("a", n)]);
    void journal.append([event("a", Number(args[0]) + 1)], { lazy: true });
  },

  /** Opens it and does nothing more than to wait. */
  async hold() {
    const journal = sqliteJournal(path);
    await journal.append([event("held", 1)]);
    tell("open");
    setInterval(() => {}, 1_000_000);
  },

  /** Reads on, and tells what comes. */
  async tail() {
    const journal = sqliteJournal(path, { access: "read" });
    for await (const { stream, seq } of journal.tail(0, new AbortController().signal)) tell(`${stream} ${seq}`);
  },

  /** Appends until that fails, tells how often it was acknowledged, and with what it and the next one failed. */
  async untilItFails() {
    const journal = sqliteJournal(path);
    let acknowledged = 0;
    for (;;) {
      try {
        await journal.append([event("a", acknowledged + 1)]);
        acknowledged++;
      } catch (error) {
        const next: unknown = await Promise.resolve(journal.append([event("a", 0)])).catch((thrown: unknown) => thrown);
        tell(JSON.stringify({ acknowledged, errors: [error, next] }));
        return;
      }
    }
  },

  /** Records so many batches of 1 MB, compacts, and tells by how many MB that made it larger in memory than it ever was. */
  async compact() {
    await using journal = sqliteJournal(path);
    const texts = Array.from({ length: 64 }, () => randomBytes(12_000).toString("base64"));
    for (let n = 0; n < Number(args[0]); n++) {
      await journal.append(texts.map((text) => event("a", n, text)));
    }
    const before = process.resourceUsage().maxRSS;
    await journal.compact();
    tell(String((process.resourceUsage().maxRSS - before) / 1_000));
  },

  /** Tries to open it as somebody without permission, and tells what it is told. */
  async refused() {
    if (process.getuid?.() === 0) process.setuid?.(65_534);
    for (const access of ["write", "read"] as const) {
      const error: unknown = await sqliteJournal(path, { access })
        .ready()
        .catch((thrown: unknown) => thrown);
      tell(JSON.stringify(error));
    }
  },

  /** Begins to bring a file up to date, and never ends. */
  async migrate() {
    const endless = (database: DatabaseSync): void => {
      database.exec("ALTER TABLE streams ADD COLUMN keep_until NUMERIC; UPDATE streams SET keep_until = 7");
      tell("on the way");
      for (;;);
    };
    migrate(new DatabaseSync(path), 1, [() => {}, endless]);
  },
};

await deeds[deed ?? ""]?.();
