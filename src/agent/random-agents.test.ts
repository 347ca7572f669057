// Whatever is asked of agents and told them, whichever process dies when, and whatever version comes after it
// - each message that was sent is in its agent's memory once, whole, in the order of sending; what failed is not there
// - a reply that got lost with its process is given to who asks again with the same id
// - what agents send each other arrives once; a change from outside happens once, or, where nobody was told, at most once
// - memory is of the version of the code that reads it; it never goes back; what is deleted does not come again
// A failing sequence of commands prints itself, with its seed. AITOR_SEEDS=1000 for a long run.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { journals } from "../engine/journals.fixture.ts";
import type { Journal } from "../journal/index.ts";
import { crashingJournal, type CrashPoint, virtualClock, type VirtualClock } from "../testing/index.ts";
import { agentRef, defineAgent } from "./definition/agent-definition.ts";
import type { Aitor } from "./host/aitor.ts";
import { AitorHost } from "./aitor-host.ts";

const SEEDS = Number(process.env["AITOR_SEEDS"] ?? 100);

type Kind = "plain" | "loop" | "broken" | "sleep" | "fail" | "ask" | "tell";

interface Message {
  readonly id: string;
  readonly kind: Kind;
  /** Of an ask or a tell: whom. */
  readonly to: number;
}

interface Log {
  v: number;
  log: string[];
}

const AGENTS = [0, 1, 2];
const Next = agentRef<Message, string>("notes");

/** Memory that changes by patches; the parts of a message in it are `id`, or `id.0`, `id.1`, … to `id.e`. */
function notes(version: number) {
  return defineAgent({
    name: "notes",
    version: String(version),
    memory: (): Log => ({ v: version, log: [] }),
    migrate: (memory, from) => {
      if (Number(from) > version) throw new Error("memory of the future");
      return { ...(memory as Log), v: version };
    },
    onReceive: async ({ id, kind, to }: Message, ctx) => {
      const push = (text: string): void => ctx.memory.update((draft) => void draft.log.push(text));
      switch (kind) {
        case "plain":
          push(id);
          break;
        case "sleep":
          push(`${id}.0`);
          await ctx.sleep(50);
          push(`${id}.e`);
          break;
        case "fail":
          push(id);
          await ctx.step("s", () => 1);
          throw new Error(`cannot ${id}`);
        case "loop":
        case "broken":
          push(`${id}.0`);
          await ctx.loop("l", 1, async (n, turn) => {
            await turn.step("s", async () => n);
            push(`${id}.${n}`);
            return n === 2 ? { done: n } : { next: n + 1 };
          });
          push(`${id}.e`);
          // What its turns committed stays.
          if (kind === "broken") throw new Error(`cannot ${id}`);
          break;
        case "ask":
          await ctx.ask(Next, String(to), { id: `${id}>`, kind: "plain", to });
          push(id);
          break;
        case "tell":
          await ctx.tell(Next, String(to), { id: `${id}>`, kind: "plain", to });
          push(id);
          break;
      }
      return `reply to ${id}`;
    },
  });
}

/** Memory that is a fold: the ids of the messages. */
const folded = () =>
  defineAgent({
    name: "folded",
    fold: {
      initial: () => [] as readonly string[],
      apply: (state, { type, data }) =>
        type === "message-received" ? [...state, (data as { message: Message }).message.id] : state,
    },
    onReceive: async ({ id }: Message, ctx) => {
      await ctx.step("s", () => 1);
      return `reply to ${id}`;
    },
  });

const partsOf = ({ id, kind }: Message): string[] => {
  if (kind === "broken") return [`${id}.0`, `${id}.1`, `${id}.2`];
  if (kind === "loop") return [`${id}.0`, `${id}.1`, `${id}.2`, `${id}.e`];
  return kind === "sleep" ? [`${id}.0`, `${id}.e`] : [id];
};

/** What was done so far, and must be found in the end. */
interface Model {
  /** By agent, since it was deleted last. */
  readonly sent: Message[][];
  readonly asked: Map<string, { readonly agent: number; readonly message: Message }>;
  readonly updates: { readonly agent: number; readonly text: string; acknowledged: boolean }[];
  /** How often each was deleted; and by message, how often its addressee had been when it was sent. */
  readonly deletions: number[];
  readonly deletedWhenSent: Map<string, number>;
  readonly folded: string[];
  version: number;
  count: number;
}

/** One journal, and the processes on it, one after the other. */
class World {
  readonly journal: Journal;
  clock: VirtualClock = virtualClock();
  host!: AitorHost;
  agents: Aitor<Log, Message, string>[] = [];
  fold!: Aitor<readonly string[], Message, string>;
  #point = { append: Infinity, when: "before" as CrashPoint["when"] };
  #crashing!: ReturnType<typeof crashingJournal>;
  #version = 1;

  readonly #history: number;

  constructor(journal: Journal, history: number) {
    this.journal = journal;
    this.#history = history;
  }

  async begin(version = this.#version): Promise<void> {
    this.#version = version;
    this.#point = { append: Infinity, when: "before" };
    this.#crashing = crashingJournal(this.journal, this.#point);
    this.clock = virtualClock(this.clock.now());
    const [definition, other] = [notes(version), folded()];
    const agents = [definition, other];
    const journal = this.#crashing;
    const history = this.#history;
    this.host = new AitorHost({ journal, clock: this.clock, agents, onFailure: () => {}, awake: 2, history });
    await this.host.ready();
    this.agents = await Promise.all(AGENTS.map((id) => this.host.open(definition, String(id))));
    this.fold = await this.host.open(other, "f");
  }

  /** It dies at the append after so many. */
  crashAt(appends: number, when: CrashPoint["when"]): void {
    this.#point.append = this.#crashing.appends + 1 + appends;
    this.#point.when = when;
  }

  /** Lets happen what can; where the process died of it, the next one comes. @returns Whether it died. */
  async settle(): Promise<boolean> {
    await this.clock.advance(0);
    if (this.#crashing.appends < this.#point.append) return false;
    await this.begin();
    await this.clock.advance(0);
    return true;
  }

  /** Does it, again after each death, until it is acknowledged. */
  async untilDone<Out>(act: () => Promise<Out>): Promise<Out> {
    for (;;) {
      const done = act().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      for (let round = 0; round < 100; round++) {
        const died = await this.settle();
        const outcome = await Promise.race([done, Promise.resolve(undefined)]);
        if (outcome !== undefined && "error" in outcome) throw outcome.error;
        if (outcome !== undefined) return outcome.value;
        if (died) break;
        await this.clock.advance(10);
      }
    }
  }
}

type Command = fc.AsyncCommand<Model, World>;

class Send implements Command {
  readonly agent: number;
  readonly kind: Kind;
  readonly isAsked: boolean;

  constructor(agent: number, kind: Kind, isAsked: boolean) {
    this.agent = agent;
    // The last one has nobody to ask: asks go one way, and close no cycle.
    this.kind = agent === AGENTS.length - 1 && (kind === "ask" || kind === "tell") ? "plain" : kind;
    this.isAsked = isAsked;
  }

  check = (): boolean => true;

  async run(model: Model, world: World): Promise<void> {
    const message: Message = { id: `m${++model.count}`, kind: this.kind, to: this.agent + 1 };
    const { id } = message;
    model.sent[this.agent]?.push(message);
    model.deletedWhenSent.set(id, model.deletions[message.to] ?? 0);
    const agent = (): Aitor<Log, Message, string> => world.agents[this.agent] as Aitor<Log, Message, string>;
    if (this.isAsked) {
      model.asked.set(id, { agent: this.agent, message });
      // Its reply is asked for again in the end; it is on record, as a tell with this id tells.
      agent()
        .ask(message, { id })
        .catch(() => {});
    }
    await world.untilDone(() => agent().tell(message, { id }));
  }

  toString = (): string => `${this.isAsked ? "ask" : "tell"} ${this.agent} ${this.kind}`;
}

class SendFolded implements Command {
  check = (): boolean => true;

  async run(model: Model, world: World): Promise<void> {
    const id = `f${++model.count}`;
    model.folded.push(id);
    await world.untilDone(() => world.fold.tell({ id, kind: "plain", to: 0 }, { id }));
  }

  toString = (): string => "tell folded";
}

class Update implements Command {
  readonly agent: number;

  constructor(agent: number) {
    this.agent = agent;
  }

  check = (): boolean => true;

  async run(model: Model, world: World): Promise<void> {
    const update = { agent: this.agent, text: `u${++model.count}`, acknowledged: false };
    model.updates.push(update);
    void world.agents[this.agent]
      ?.update((draft) => void draft.log.push(update.text))
      .then(
        () => (update.acknowledged = true),
        () => {},
      );
    await world.settle();
  }

  toString = (): string => `update ${this.agent}`;
}

class Delete implements Command {
  readonly agent: number;

  constructor(agent: number) {
    this.agent = agent;
  }

  check = (): boolean => true;

  async run(model: Model, world: World): Promise<void> {
    const { agent } = this;
    model.sent[agent] = [];
    for (const [id, asked] of model.asked) if (asked.agent === agent) model.asked.delete(id);
    const left = model.updates.filter((update) => update.agent !== agent);
    model.updates.splice(0, model.updates.length, ...left);
    model.deletions[agent] = (model.deletions[agent] ?? 0) + 1;
    await world.untilDone(() => world.host.delete(notesOf(world), String(agent)));
  }

  toString = (): string => `delete ${this.agent}`;
}

/** The definition that the host knows. */
function notesOf(world: World): Parameters<AitorHost["delete"]>[0] {
  const { name } = world.agents[0] as { name: string };
  return { name, version: "", "~agent": (world.agents[0] as Aitor)["~agent"] };
}

class Crash implements Command {
  readonly appends: number;
  readonly when: CrashPoint["when"];

  constructor(appends: number, when: CrashPoint["when"]) {
    this.appends = appends;
    this.when = when;
  }

  check = (): boolean => true;

  async run(_model: Model, world: World): Promise<void> {
    world.crashAt(this.appends, this.when);
  }

  toString = (): string => `crash ${this.when} the append after ${this.appends}`;
}

class Restart implements Command {
  readonly upgrades: boolean;

  constructor(upgrades: boolean) {
    this.upgrades = upgrades;
  }

  check = (): boolean => true;

  async run(model: Model, world: World): Promise<void> {
    if (this.upgrades) model.version++;
    const shut = world.host.shutdown({ deadline: 10 });
    await world.clock.advance(10);
    await Promise.race([shut, world.clock.advance(0)]);
    await world.begin(model.version);
    await world.clock.advance(0);
  }

  toString = (): string => (this.upgrades ? "upgrade" : "restart");
}

class Advance implements Command {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  check = (): boolean => true;

  async run(_model: Model, world: World): Promise<void> {
    await world.clock.advance(this.ms);
    await world.settle();
  }

  toString = (): string => `advance ${this.ms}`;
}

const agent = fc.constantFrom(...AGENTS);
const kind = fc.constantFrom<Kind>("plain", "loop", "broken", "sleep", "fail", "ask", "tell");
const when = fc.constantFrom("before" as const, "after" as const);
const send = fc.tuple(agent, kind, fc.boolean()).map((call) => new Send(...call));
const commands = fc.commands(
  [
    send,
    send,
    send,
    fc.constant(new SendFolded()),
    agent.map((id) => new Update(id)),
    agent.map((id) => new Delete(id)),
    fc.tuple(fc.nat(12), when).map((call) => new Crash(...call)),
    fc.boolean().map((upgrades) => new Restart(upgrades)),
    fc.nat(80).map((ms) => new Advance(ms)),
  ],
  { maxCommands: 40, size: "max" },
);

/** What holds when all has come to its end. */
async function judge(model: Model, world: World): Promise<void> {
  const logs = await Promise.all(world.agents.map((each) => each.read()));
  for (const [index, { v, log }] of logs.entries()) {
    expect(v).toBe(model.version);
    expect(new Set(log).size).toBe(log.length);
    const updates = model.updates.filter((update) => update.agent === index);
    for (const { text, acknowledged } of updates) if (acknowledged) expect(log).toContain(text);
    const known = new Set(updates.map(({ text }) => text));
    expect(log.filter((text) => text.startsWith("u") && !known.has(text))).toEqual([]);
    const own = (model.sent[index] as Message[]).filter((message) => message.kind !== "fail");
    // Who asked somebody that was deleted meanwhile was told so, and failed.
    const isSure = ({ id, kind: how, to }: Message): boolean =>
      how !== "ask" || model.deletedWhenSent.get(id) === (model.deletions[to] ?? 0);
    const found = log.filter((text) => text.startsWith("m") && !text.includes(">"));
    const expected = own.filter((message) => isSure(message) || log.includes(message.id)).flatMap(partsOf);
    expect(found).toEqual(expected);
  }
  for (const [index, messages] of model.sent.entries()) {
    for (const message of messages) {
      const { id, to } = message;
      if (message.kind !== "ask" && message.kind !== "tell") continue;
      if (!logs[index]?.log.includes(id) || model.deletedWhenSent.get(id) !== model.deletions[to]) continue;
      expect(logs[to]?.log).toContain(`${id}>`);
    }
  }
  expect(await world.fold.read()).toEqual(model.folded);
}

describe.each(journals)("%s", (_, open) => {
  test("nothing is lost, reordered, half done or done twice", { timeout: 60_000 + SEEDS * 1_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(commands, fc.constantFrom(Infinity, 3, 1), async (sequence, history) => {
        const model: Model = {
          sent: AGENTS.map(() => []),
          asked: new Map(),
          updates: [],
          deletions: AGENTS.map(() => 0),
          deletedWhenSent: new Map(),
          folded: [],
          version: 1,
          count: 0,
        };
        const world = new World(open(), history);
        await world.begin();
        await fc.asyncModelRun(() => ({ model, real: world }), sequence);
        await world.begin();
        await world.clock.advance("10s");
        await judge(model, world);
        for (const [id, { agent: index, message }] of model.asked) {
          const asked = (world.agents[index] as Aitor<Log, Message, string>).ask(message, { id });
          const reply = await asked.catch((error: unknown) => (error as Error).message);
          if (message.kind === "fail" || message.kind === "broken") expect(reply).toBe(`cannot ${id}`);
          else if (message.kind !== "ask" || !/cancelled/.test(reply)) expect(reply).toBe(`reply to ${id}`);
        }
        // And so it is on record.
        await world.begin(++model.version);
        await judge(model, world);
      }),
      { numRuns: SEEDS },
    );
  });
});
