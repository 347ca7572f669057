// One journal, and the processes that work on it one after the other: each goes on with what the one before left, starts
// runs of its own, and is killed. After each the record is judged.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { sqliteJournal } from "aitor/sqlite";

import { type Faults, noFaults } from "../faults.ts";
import type { Outcome } from "../outcome.ts";
import { type Life, live, type ProcessPlan } from "./life.ts";
import { Operator } from "./operator.ts";
import { hasEnded, readStreams, type StreamRecords } from "./record.ts";
import { howOf } from "./run-verdict.ts";
import type { Story } from "./story.ts";
import { judgeAnswers, judgeAppends, judgeCalls, judgeGrounds } from "./verdict.ts";
import { type Execution, readExecutions, readLines, runOf } from "./witness.ts";

export interface LaneOptions {
  /** An empty folder of its own. */
  readonly place: string;
  readonly story: Story;
  /** Whether runs are answered when they say that they wait, or as soon as can be. */
  readonly answers: "when-suspended" | "at-once";
  readonly onProcess: (killed: boolean) => void;
}

export interface LifePlan extends Partial<Pick<ProcessPlan, "kill" | "beside" | "holds">> {
  /** How many to start. */
  readonly runs: number;
}

export class Lane {
  readonly faults: Faults = noFaults();
  readonly lives: Life[] = [];
  readonly story: Story;
  readonly #options: LaneOptions;
  readonly #journal: string;
  readonly #executions: string;
  readonly #effects: string;
  readonly #operator: Operator;
  readonly #started: string[] = [];
  readonly #endings = new Set<string>();
  /** What was on record of the runs without an ending when the last process died. */
  #unfinished: StreamRecords = new Map();
  /** Of the answers on record, the commands that brought them. */
  readonly #answeredBy: string[] = [];
  readonly #doubts = { value: 0, again: 0 };
  #seen = 0;
  /** The steps that were called, in this order. */
  #called: readonly string[] = [];

  constructor(options: LaneOptions) {
    const { place, answers, story } = options;
    mkdirSync(place, { recursive: true });
    this.#options = options;
    this.story = story;
    this.#journal = join(place, "journal.db");
    this.#executions = join(place, "executions.txt");
    this.#effects = join(place, "effects.txt");
    const waits = answers === "when-suspended";
    const answerTo = story.answerTo.bind(story);
    this.#operator = new Operator({ journal: this.#journal, effects: this.#effects, waits, answerTo });
  }

  /** What was done and found so far. */
  outcome({ points = 0, notes = [] }: Partial<Pick<Outcome, "points" | "notes">>): Outcome {
    const received = this.lives
      .flatMap(({ calls }) => calls.filter(({ seqs }) => seqs !== undefined))
      .flatMap(({ events }) => events.filter(({ type }) => type === "message-received"));
    const answered = this.#operator.sent.filter(({ outcome }) => outcome === "done");
    const { value, again } = this.#doubts;
    return {
      points,
      kills: this.lives.filter(({ killed }) => killed).length,
      accepted: received.length + answered.length,
      calls: this.#called.length,
      inFlight: this.#called.length - new Set(this.#called).size,
      faults: this.faults,
      notes: [...notes, `${this.#started.length} runs; ${value} once steps in doubt had happened, ${again} had not`],
    };
  }

  /** One process, until it ends or dies; then what is on record is looked at. */
  async live(plan: LifePlan, killAfter?: number): Promise<Life> {
    const { story } = this;
    const input = story.inputOf({ executions: this.#executions, effects: this.#effects });
    const { true: ended = [], false: unfinished = [] } = Object.groupBy(this.#started, (id) =>
      this.#endings.has(story.runOf(id)) ? "true" : "false",
    );
    const start = Array.from({ length: plan.runs }, (_, n) => `r${this.#started.length + n + 1}`);
    this.#started.push(...start);
    const { kill, beside = false, holds = false } = plan;
    const life = await live(
      story.program,
      {
        life: this.lives.length + 1,
        journal: this.#journal,
        input,
        start,
        unfinished,
        ended,
        beside,
        kill,
        holds,
      },
      this.#operator,
      killAfter,
    );
    this.lives.push(life);
    this.faults.wrong.push(...life.trouble.map((text) => `process ${life.number}: ${text}`));
    await this.#judge(life);
    this.#options.onProcess(life.killed);
    return life;
  }

  /** The last process goes on with everything, and is let live. Then all must have come to its end. */
  async end(): Promise<void> {
    const life = await this.live({ runs: 0, holds: true });
    if (life.killed) this.faults.wrong.push("the last process died");
    for (const run of this.#unfinished.keys()) this.faults.wrong.push(`run ${run} has no ending`);
    await this.#compare();
    this.#countAnswers(this.#unfinished);
    judgeAnswers(this.#operator.sent, this.#answeredBy, this.faults);
    this.faults.wrong.push(...this.#operator.trouble);
  }

  /** What the journal itself says, at last, is what was found by other means. */
  async #compare(): Promise<void> {
    const wrong = (text: string): void => void this.faults.wrong.push(text);
    await using journal = sqliteJournal(this.#journal, { access: "read" });
    const streams: string[] = [];
    const { story } = this;
    const started = new Set(this.#started.map((id) => story.runOf(id)));
    for await (const { stream, ended } of journal.heads({})) {
      streams.push(stream);
      const top = story.topOf(stream);
      if (top === undefined) continue;
      if (!ended) wrong(`the head of ${stream} says that it has not ended`);
      if (!started.has(top)) wrong(`there is ${stream}, which nobody started`);
    }
    const record = readStreams(this.#journal, streams);
    for (const stream of streams) {
      const events = (await Array.fromAsync(journal.read(stream))).map((event) => ({ ...event }));
      if (!isDeepStrictEqual(events, record.get(stream))) wrong(`${stream} reads as something else`);
    }
  }

  async #judge(life: Life): Promise<void> {
    const { faults } = this;
    const { story } = this;
    const streams = new Set(this.#unfinished.keys());
    for (const { events } of life.calls) for (const { stream } of events) streams.add(stream);
    const record = readStreams(this.#journal, streams);
    judgeAppends(life, this.#seen, record, faults);
    const executions = readExecutions(this.#executions);
    const own = executions.slice(this.#called.length);
    judgeCalls(own, this.#unfinished, faults);
    judgeGrounds(own, record, (key) => story.needsOf(key), faults);
    this.#called = executions.map(({ step }) => step);
    for (const { seq } of [...record.values()].flat()) this.#seen = Math.max(this.#seen, seq);

    const open = new Map([...record].filter(([stream]) => story.topOf(stream) !== undefined));
    for (const id of new Set([...record.keys()].map((stream) => story.topOf(stream)))) {
      if (id === undefined || !hasEnded(record.get(id) ?? [])) continue;
      this.#endings.add(id);
      const streams = new Map([...record].filter(([stream]) => story.topOf(stream) === id));
      for (const stream of streams.keys()) open.delete(stream);
      this.#ended(id, streams, executions);
    }
    this.#unfinished = open;
    await this.#operator.died(open);
  }

  #ended(id: string, record: StreamRecords, all: readonly Execution[]): void {
    const { story } = this;
    const executions = all.filter(({ step }) => story.topOf(runOf(step)) === id);
    story.judge({ id, record, executions, effects: readLines(this.#effects) }, this.faults);
    this.#countAnswers(record);
  }

  #countAnswers(record: StreamRecords): void {
    for (const event of [...record.values()].flat()) {
      const { by } = (event.data ?? {}) as { readonly by?: string };
      if (by !== undefined) this.#answeredBy.push(by);
      const how = howOf(event);
      if (how === "value" || how === "again") this.#doubts[how]++;
    }
  }
}
