// The queue of one key
// - gives so many places as it may; those that are given back, taken up or withdrawn are given to who waits, in order
// - refuses where its rules say so: when it is full, or while what is under way waits
// - tells who watches when what is under way rests; is idle when nothing is in it, or about to be
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Mailbox, NO_RUN, type Queued } from "./mailbox.ts";
import { mailboxRules } from "../run/mailbox-rules.ts";

const key = { name: "n", id: "k" };

const message = (run: string): Queued => ({
  kind: "message",
  run,
  key,
  at: 0,
  awaited: false,
  received: undefined,
  begun: undefined,
});

function box(rules: Parameters<typeof mailboxRules>[0] = { limit: 2 }): Mailbox {
  return new Mailbox(mailboxRules(rules, "n"));
}

/** Has come, with a place. */
function arrive(mailbox: Mailbox, run: string): void {
  mailbox.push(message(run));
  mailbox.giveBack();
}

test("a place that is promised counts until it is given back, what is queued until it is taken up", async () => {
  const mailbox = box();
  expect([mailbox.admit(key), mailbox.admit(key)]).toEqual([undefined, undefined]);
  const third = mailbox.admit(key);
  expect(third).toBeDefined();
  mailbox.giveBack();
  await third?.free;
  arrive(mailbox, "1");
  arrive(mailbox, "2");
  const fourth = mailbox.admit(key);
  expect(mailbox.next()).toMatchObject({ run: "1" });
  await fourth?.free;
  expect(mailbox.length).toBe(1);
});

test("who waits is let in before who comes later", async () => {
  const mailbox = box({ limit: 1 });
  const order: string[] = [];
  void mailbox.admit(key);
  const first = mailbox.admit(key)?.free.then(() => order.push("first"));
  const second = mailbox.admit(key)?.free.then(() => order.push("second"));
  mailbox.giveBack();
  // There is a place, but not for who comes now.
  expect(mailbox.admits).toBe(false);
  await first;
  mailbox.giveBack();
  await second;
  expect(order).toEqual(["first", "second"]);
});

test("one that is withdrawn leaves its place, wherever it stands; the others keep their order", async () => {
  const mailbox = box({ limit: 3 });
  for (const run of ["1", "2", "3"]) {
    void mailbox.admit(key);
    arrive(mailbox, run);
  }
  const waits = mailbox.admit(key);
  mailbox.withdraw("2");
  mailbox.withdraw("nobody");
  await waits?.free;
  expect([mailbox.next(), mailbox.next(), mailbox.next()]).toMatchObject([{ run: "1" }, { run: "3" }, undefined]);
});

test("who waits and leaves is refused, and in nobody's way", async () => {
  const mailbox = box({ limit: 1 });
  void mailbox.admit(key);
  const [first, second, third] = [mailbox.admit(key), mailbox.admit(key, true), mailbox.admit(key)];
  const left = new Error("left");
  const refused = Promise.all([first, second].map((place) => place?.free.catch((error: unknown) => error)));
  first?.leave(left);
  second?.leave(left);
  expect(await refused).toEqual([left, left]);
  // Each gives back what it did not get.
  mailbox.giveBack();
  mailbox.giveBack();
  expect(mailbox.admits).toBe(false);
  mailbox.giveBack();
  await third?.free;
  third?.leave(left);
  mailbox.giveBack();
  expect([mailbox.idle, mailbox.admits]).toEqual([true, true]);
});

test("one that is halted keeps its messages, however many", () => {
  const mailbox = box({ limit: Infinity });
  for (let run = 0; run < 200_000; run++) mailbox.push(message(String(run)));
  expect(mailbox.halted({ run: "r", error: new Error("why") }, new Error("halted"))).toHaveLength(200_000);
  expect([mailbox.length, mailbox.next()]).toMatchObject([200_000, { run: "0" }]);
});

test("one that is halted refuses turns, and who waits to ask; their places are free for those who only send", async () => {
  const mailbox = box({ limit: 1 });
  const refused: string[] = [];
  void mailbox.admit(key);
  mailbox.push({ kind: "turn", at: 0, work: async () => {}, refuse: ({ message }) => void refused.push(message) });
  mailbox.giveBack();
  const asks = mailbox.admit(key, true)?.free.catch((error: unknown) => refused.push((error as Error).message));
  const sends = mailbox.admit(key);
  expect(mailbox.halted({ run: "r", error: new Error("why") }, new Error("halted"))).toEqual([]);
  await asks;
  mailbox.giveBack();
  await sends?.free;
  expect(refused).toEqual(["halted", "halted"]);
  const turnAlone = box({ limit: 1 });
  void turnAlone.admit(key);
  turnAlone.push({ kind: "turn", at: 0, work: async () => {}, refuse: () => {} });
  turnAlone.giveBack();
  const sender = turnAlone.admit(key);
  turnAlone.halted({ run: "r", error: new Error("why") }, new Error("halted"));
  await sender?.free;
});

describe("refuses", () => {
  test("when it is full", () => {
    const mailbox = box({ limit: 1, whenFull: "reject" });
    void mailbox.admit(key);
    expect(() => mailbox.admit(key)).toThrow(expect.objectContaining({ code: "mailbox-full" }));
    mailbox.giveBack();
    expect(mailbox.admit(key)).toBeUndefined();
  });

  test("while what is under way waits", () => {
    const mailbox = box({ whileSuspended: "reject" });
    mailbox.underWay = { ...NO_RUN, run: "r" };
    expect(mailbox.admit(key)).toBeUndefined();
    mailbox.underWay = { ...NO_RUN, run: "r", waitsFor: ["signal"], answerable: ["signal"] };
    expect(mailbox.admits).toBe(false);
    expect(() => mailbox.admit(key)).toThrow(
      expect.objectContaining({ code: "agent-suspended", data: { key, run: "r", waitsFor: ["signal"] } }),
    );
  });

  test.each([{ limit: 0 }, { limit: -1 }, { limit: 1.5 }, { whenFull: "x" }, { whileSuspended: "x" }])(
    "rules that are none: %j",
    (rules) => {
      expect(() => mailboxRules(rules as never, "n")).toThrow(expect.objectContaining({ code: "invalid-option" }));
    },
  );
});

test("who watches is told when what is under way rests, once for each change, until it ends that", () => {
  const mailbox = box();
  const told: boolean[] = [];
  const end = mailbox.watch((resting) => void told.push(resting));
  mailbox.rest(true);
  mailbox.rest(true);
  mailbox.rest(false);
  mailbox.rest(true);
  const late: boolean[] = [];
  mailbox.watch((resting) => void late.push(resting));
  end();
  mailbox.rest(false);
  expect(told).toEqual([true, false, true]);
  expect(late).toEqual([true, false]);
});

test("it is idle when nothing is in it, nor about to be, and quiet when nothing in it goes on by itself", () => {
  const mailbox = box({ limit: 1 });
  expect([mailbox.idle, mailbox.quiet]).toEqual([true, true]);
  void mailbox.admit(key);
  expect(mailbox.idle).toBe(false);
  arrive(mailbox, "1");
  expect(mailbox.idle).toBe(false);
  expect(mailbox.awaited).toBe(false);
  mailbox.expect("1");
  expect(mailbox.awaited).toBe(true);
  mailbox.next();
  mailbox.underWay = { ...NO_RUN, run: "1" };
  expect([mailbox.idle, mailbox.quiet]).toEqual([false, false]);
  mailbox.rest(true);
  expect([mailbox.idle, mailbox.quiet]).toEqual([false, true]);
  mailbox.underWay = undefined;
  const end = mailbox.watch(() => {});
  expect(mailbox.idle).toBe(false);
  end();
  expect(mailbox.idle).toBe(true);
});

test("whatever is asked of it, it never holds more than it may, and lets nobody wait beside a free place", async () => {
  const acts = fc.array(fc.constantFrom("admit", "arrive", "fail", "take", "withdraw", "leave"), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), acts, async (limit, sequence) => {
      const mailbox = box({ limit });
      let waiting = 0;
      let promised = 0;
      let runs = 0;
      const queue: string[] = [];
      const leaves: (() => void)[] = [];
      for (const act of sequence) {
        if (act === "admit") {
          const place = mailbox.admit(key);
          if (place === undefined) promised++;
          else {
            waiting++;
            const left = (): void => {
              waiting--;
              mailbox.giveBack();
            };
            void place.free.then(() => {
              waiting--;
              promised++;
            }, left);
            leaves.push(() => place.leave(new Error("left")));
          }
        } else if (act === "arrive" && promised > 0) {
          promised--;
          queue.push(String(++runs));
          arrive(mailbox, String(runs));
        } else if (act === "fail" && promised > 0) {
          promised--;
          mailbox.giveBack();
        } else if (act === "take") {
          const next = mailbox.next();
          expect(next?.kind === "message" ? next.run : undefined).toBe(queue.shift());
        } else if (act === "leave") {
          leaves.splice(leaves.length >> 1, 1)[0]?.();
        } else if (act === "withdraw" && queue.length > 0) {
          mailbox.withdraw(queue.splice(queue.length >> 1, 1)[0] as string);
        }
        await undefined;
        await undefined;
        expect(mailbox.length).toBe(queue.length);
        expect(promised + queue.length).toBeLessThanOrEqual(limit);
        if (waiting > 0) expect(promised + queue.length).toBe(limit);
      }
    }),
  );
});
