import type { Head, HeadFilter, Journal } from "../journal/index.ts";
import { holds, same } from "./conformance.ts";
import { JSON_VALUES } from "./journal-data-cases.ts";
import { all, begun, event, head, heads, type JournalCases, type JournalTrial, upTo } from "./journal-trial.ts";

/** Streams a to d; a and d have ended, and nothing is said of the one called "untold". */
async function filled(trial: JournalTrial): Promise<Journal> {
  const journal = await trial.open();
  await journal.append([event("a", 1), event("b", 2)], { heads: [head("a", "running"), head("b", "running")] });
  await journal.append([event("untold", 3)]);
  await journal.append([event("c", 4)], { heads: [{ stream: "c", kind: "agent", state: "running" }] });
  await journal.append([event("d", 5)], { heads: [head("d", "finished", { ended: true })] });
  await journal.append([event("a", 6)], { heads: [head("a", "finished", { ended: true })] });
  return journal;
}

/** The one head of a stream. */
async function only(journal: Journal, name: string): Promise<Head> {
  const found = await all(journal.heads({ stream: name }));
  holds(found.length === 1, `the heads of stream "${name}"`, "one", found);
  const { stream, kind, state, ended, about, keepUntil, first, last, firstAt, lastAt } = found[0] as Head;
  return { stream, kind, state, ended, about, keepUntil, first, last, firstAt, lastAt };
}

export const headCases: JournalCases = {
  "tell what was last said of each stream, and nothing of the others": async (trial) => {
    const journal = await filled(trial);
    same((await heads(journal)).sort(), ["a finished", "b running", "c running", "d finished"], "the heads");
  },

  "come in the order in which their streams began": async (trial) => {
    const journal = await trial.open();
    for (const stream of ["b", "c", "a"]) await journal.append([event(stream, 1)], { heads: [head(stream, "one")] });
    await journal.append([event("c", 2), event("b", 3)], { heads: [head("c", "two"), head("b", "two")] });
    same(await heads(journal), ["b two", "c two", "a one"], "the heads");
    await journal.drop("b");
    await journal.append([event("b", 4)], { heads: [head("b", "three")] });
    same(await heads(journal), ["c two", "a one", "b three"], "the heads, when one stream was dropped and began anew");
  },

  "of the unfinished come in that order, of all kinds and of one, however many they are": async (trial) => {
    const journal = await trial.open();
    const names = upTo(1_300).map((n) => `${n}`);
    const kinds = ["run", "agent", "other"];
    for (const [n, stream] of names.entries()) {
      const change = { stream, kind: kinds[n % 3] as string, state: "s", ended: n % 7 === 0 };
      const appended = begun(() => journal.append([event(stream, n)], { heads: [change] }));
      if (n % 300 === 0) await appended;
    }
    const left = names.filter((_, n) => n % 7 !== 0);
    const found = async (filter: HeadFilter): Promise<string[]> =>
      (await all(journal.heads(filter))).map(({ stream }) => stream);
    same(await found({ ended: false }), left, "the unfinished of all kinds");
    const agents = left.filter((name) => Number(name) % 3 === 1);
    same(await found({ kind: "agent", ended: false }), agents, "the unfinished of one kind");
  },

  "are filtered by stream, kind, state and end, and by all that is given": async (trial) => {
    const journal = await filled(trial);
    const filters: readonly (readonly [HeadFilter, readonly string[]])[] = [
      [{}, ["a finished", "b running", "c running", "d finished"]],
      [{ stream: "b" }, ["b running"]],
      [{ stream: "untold" }, []],
      [{ stream: "nobody" }, []],
      [{ kind: "run" }, ["a finished", "b running", "d finished"]],
      [{ kind: "nothing" }, []],
      [{ state: "running" }, ["b running", "c running"]],
      [{ ended: true }, ["a finished", "d finished"]],
      [{ ended: false }, ["b running", "c running"]],
      [{ kind: "run", state: "running" }, ["b running"]],
      [{ kind: "run", ended: false }, ["b running"]],
      [{ kind: "agent", ended: true }, []],
      [{ state: "running", ended: true }, []],
      [{ stream: "b", kind: "agent" }, []],
      [{ stream: "b", ended: true }, []],
      [{ stream: "a", kind: "run", state: "finished", ended: true }, ["a finished"]],
    ];
    for (const [filter, expected] of filters) {
      same(await heads(journal, filter), expected, `the heads for ${JSON.stringify(filter)}`);
    }
  },

  "tell the first and the last event, and their times": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1, { at: 50 })], { heads: [head("a", "running")] });
    await journal.append([event("b", 2, { at: 60 })]);
    await journal.append([event("a", 3, { at: 90 })]);
    await journal.append([event("a", 4, { at: 40 }), event("b", 5, { at: 95 })]);
    const events = await all(journal.read("a"));
    const said = { stream: "a", kind: "run", state: "running", ended: false, about: undefined, keepUntil: undefined };
    const places = { first: events[0]?.seq, last: events[2]?.seq, firstAt: 50, lastAt: 40 };
    same(await only(journal, "a"), { ...said, ...places }, "a head");
  },

  "say that a stream has ended only where the last change does": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)], { heads: [head("a", "finished", { ended: true })] });
    same((await only(journal, "a")).ended, true, "ended, as it was said");
    await journal.append([event("a", 2)]);
    same((await only(journal, "a")).ended, true, "ended, after an append that says nothing of the stream");
    await journal.append([event("a", 3)], { heads: [head("a", "running")] });
    same((await only(journal, "a")).ended, false, "ended, after a change that does not say it");
  },

  "keep what else was said until it is said anew": async (trial) => {
    const journal = await trial.open();
    const about = { name: "report", parts: [1, null] };
    await journal.append([event("a", 1), event("b", 2)], {
      heads: [
        head("a", "running", { about, keepUntil: 9_000 }),
        head("b", "running", { about: "other", keepUntil: 1 }),
      ],
    });
    const told = async (): Promise<unknown> => {
      const { state, about, keepUntil } = await only(journal, "a");
      return { state, about, keepUntil };
    };
    same(await told(), { state: "running", about, keepUntil: 9_000 }, "what was said");
    await journal.append([event("a", 3)], { heads: [head("a", "waiting")] });
    same(await told(), { state: "waiting", about, keepUntil: 9_000 }, "after a change that says neither");
    await journal.append([], { heads: [head("a", "waiting", { about: "new" })] });
    same(await told(), { state: "waiting", about: "new", keepUntil: 9_000 }, "after a change of `about` alone");
    await journal.append([], { heads: [head("a", "finished", { keepUntil: 0 })] });
    same(await told(), { state: "finished", about: "new", keepUntil: 0 }, "after a change of `keepUntil` alone");
    await journal.append([], { heads: [head("a", "finished", { about: null })] });
    same(await told(), { state: "finished", about: null, keepUntil: 0 }, "after a change of `about` to null");
  },

  "forget what else was said when their stream is dropped": async (trial) => {
    const journal = await trial.open();
    await journal.append([event("a", 1)], {
      heads: [head("a", "running", { about: "old", keepUntil: 9, ended: true })],
    });
    await journal.drop("a");
    await journal.append([event("a", 2)], { heads: [head("a", "running")] });
    const { about, keepUntil, ended } = await only(journal, "a");
    same(
      { about, keepUntil, ended },
      { about: undefined, keepUntil: undefined, ended: false },
      "the head of its second life",
    );
  },

  "are about any JSON value": async (trial) => {
    const journal = await trial.open();
    const changes = JSON_VALUES.map((about, n) => head(`s${n}`, "running", { about }));
    await journal.append(
      JSON_VALUES.map((_, n) => event(`s${n}`, n)),
      { heads: changes },
    );
    same(
      (await all(journal.heads())).map(({ about }) => about),
      JSON_VALUES,
      "what they are about",
    );
  },

  "tell the last of several changes in one batch": async (trial) => {
    const journal = await trial.open();
    const changes = [
      head("a", "one", { about: 1, ended: true }),
      head("b", "other"),
      head("a", "two", { keepUntil: 5 }),
    ];
    await journal.append([event("a", 1), event("b", 2)], { heads: changes });
    const { kind, state, ended, about, keepUntil } = await only(journal, "a");
    const expected = { kind: "run", state: "two", ended: false, about: 1, keepUntil: 5 };
    same({ kind, state, ended, about, keepUntil }, expected, "the head");
  },
};
