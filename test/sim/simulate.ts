import { type Aitor, type AitorHost, isAitorError } from "aitor";

import { runOf } from "./client.ts";
import type { Flaws } from "./flaws.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";
import {
  endingOf,
  type Faults,
  judgeBudgets,
  judgeCalls,
  judgeClients,
  judgeMemory,
  judgeRecord,
  noFaults,
} from "./verdict.ts";
import { type Mode, type Troubles, World } from "./world.ts";

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  /** Of all that happened and all that is on record: of one seed always the same. */
  readonly hash: string;
  readonly faults: Faults;
  readonly troubles: Troubles;
  readonly processes: number;
  /** Messages that clients were told of. */
  readonly accepted: number;
  readonly events: number;
  readonly calls: number;
  readonly prompts: number;
  /** Runs that were gone through again. */
  readonly replays: number;
  /** Histories of agents that began anew. */
  readonly begunAnew: number;
  readonly world: World;
}

/** So many seeds come by everything that is loaded when it is first needed. */
const WARM = 12;
let warm: Promise<void> | undefined;

/** A first load takes turns of the event loop, which belong to no trace. */
async function warmUp(): Promise<void> {
  for (let seed = 1; seed <= WARM; seed++) await new World(seed).run();
}

/** Simulates a seed to its end, and judges it. */
export async function simulate(seed: number, mode: Mode = "random", flaws: Flaws = {}): Promise<Outcome> {
  await (warm ??= warmUp());
  const world = new World(seed, mode, flaws);
  const faults = noFaults();
  const { disk, ledger, troubles, clients } = world;
  const acknowledged = clients.map((client) => client.acknowledged);
  const attempt = async (what: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      faults.wrong.push(`${what}: ${String(error)}`);
    }
  };
  let replays = 0;
  await world.run();
  const hash = world.hash();
  const events = disk.events.length;
  if (ledger.faults.length === 0) {
    judgeClients(acknowledged, disk, faults);
    await attempt("memory", () => judgeMemories(world, faults));
    await attempt("replay", async () => void (replays = await judgeReplays(world, faults)));
    // And so the next process finds it.
    await attempt("memory, reopened", async () => {
      await world.reopened();
      await judgeMemories(world, faults);
    });
    await attempt("replies", () => judgeReplies(world, faults));
  }
  judgeCalls(ledger, faults);
  judgeRecord(disk, ledger, faults);
  judgeBudgets(disk, ledger, faults);
  faults.wrong.push(...ledger.faults);
  const accepted = acknowledged.reduce((sum, each) => sum + each.length, 0);
  const { calls, prompts } = ledger;
  const begunAnew = disk.events.filter(({ type }) => type === "history-begun").length;
  const processes = world.life.number;
  const figures = { processes, accepted, events, calls: calls.length, prompts, replays, begunAnew };
  return { seed, hash, faults, troubles, ...figures, world };
}

async function judgeMemories(world: World, faults: Faults): Promise<void> {
  const { life, disk, clients } = world;
  for (const [id, agent] of life.workers.entries())
    judgeMemory(`worker/${id}`, await world.asked(agent.read()), disk, faults);
  judgeMemory("keeper/0", await world.asked(life.keeper.read()), disk, faults);
  judgeMemory("flowing/0", await world.asked(life.flowing.read()), disk, faults);
  for (const [id, agent] of life.solvers.entries()) {
    const memory = await world.asked(agent.read());
    const problems = memory.messages({ role: "user" }).flatMap((message) => {
      const text =
        message.role === "user" ? message.parts.map((part) => ("text" in part ? part.text : "")).join("") : "";
      return /^problem (\w+): solve it$/.exec(text)?.[1] ?? [];
    });
    const sent = clients.flatMap(({ acknowledged }) =>
      acknowledged.flatMap(({ sending }) => (sending.to === "solver" && sending.agent === id ? [sending.id] : [])),
    );
    for (const problem of sent) if (!problems.includes(problem)) faults.lost.push(`problem ${problem} of solver ${id}`);
    if (new Set(problems).size < problems.length) faults.repeated.push(`solver ${id} has ${problems.join(" ")}`);
    if (problems.join() !== sent.join()) faults.reordered.push(`solver ${id} has ${problems.join(" ")}`);
  }
}

/** A finished run comes out of its record alone as it came out. */
async function judgeReplays(world: World, faults: Faults): Promise<number> {
  const { life, disk } = world;
  const agents: Readonly<Record<string, Pick<Aitor, "~agent"> | undefined>> = {
    worker: life.workers[0],
    keeper: life.keeper,
    flowing: life.flowing,
    solver: life.solvers[0],
  };
  let replays = 0;
  for (const run of disk.streams) {
    const agent = agents[run.slice(0, run.indexOf("/"))];
    const ending = endingOf(disk, run)?.type;
    if (agent === undefined || ending === undefined || ending === "run-cancelled") continue;
    if (disk.stream(run)[0]?.type !== "message-received") continue;
    const replayed = await world.asked(replayOf(life.host.runs.replay(agent, run)));
    if (replayed === undefined) {
      if (!isForgotten(disk, run)) faults.lost.push(`what was before ${run} is kept, and was not found`);
      continue;
    }
    replays++;
    const { same, difference } = replayed;
    if (!same) faults.different.push(`the replay of ${run}: ${JSON.stringify(difference)}`);
  }
  return replays;
}

type Replaying = ReturnType<AitorHost["runs"]["replay"]>;

/** Nothing where the memory before it is said not to be kept. */
async function replayOf(replaying: Replaying): Promise<Awaited<Replaying> | undefined> {
  try {
    return await replaying;
  } catch (error) {
    if (isAitorError(error, "history-not-kept")) return undefined;
    throw error;
  }
}

/** Whether the history of a run's agent began anew when the run was over. */
function isForgotten(disk: SimulatedDisk, run: string): boolean {
  const [first] = disk.stream(`agent:${run.slice(0, run.lastIndexOf("/"))}`);
  return first?.type === "history-begun" && (endingOf(disk, run)?.seq ?? Infinity) < first.seq;
}

/** Who asks again under the same id is given the same reply, and nothing is done again. */
async function judgeReplies(world: World, faults: Faults): Promise<void> {
  const { life, ledger, clients } = world;
  const calls = ledger.calls.length;
  for (const { acknowledged } of clients) {
    for (const { sending, reply } of acknowledged) {
      if (sending.to !== "worker" || sending.how !== "ask" || reply === undefined) continue;
      const agent = life.workers[sending.agent] as (typeof life.workers)[number];
      const again = await world.asked(agent.ask(sending.job, { id: sending.id }));
      if (again !== reply) faults.wrong.push(`the reply of ${runOf(sending)}, asked for again: ${again}`);
    }
  }
  if (ledger.calls.length > calls) faults.repeated.push("something was done again when a reply was asked for again");
}
