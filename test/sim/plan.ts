import { comparable, type Job, randomJob, WORKERS } from "./program.ts";
import { Random } from "./random.ts";
import { SOLVERS } from "./life.ts";

/** What a client sends. Its id is unique; a message that was not acknowledged is sent again under it. */
export type Sending =
  | { readonly to: "worker"; readonly agent: number; readonly id: string; readonly job: Job; readonly how: How }
  | { readonly to: "keeper" | "flowing"; readonly id: string; readonly how: How }
  | {
      readonly to: "solver";
      readonly agent: number;
      readonly id: string;
      readonly tokens: number | undefined;
      readonly usd: number | undefined;
      readonly steps: number;
    };

/** `cancel`: told, and taken back as soon as that is acknowledged. */
type How = "ask" | "tell" | "later" | "cancel";

/** Clients send one after the other. */
export type Plan = readonly (readonly Sending[])[];

/** @param isComparable Whatever happens in between, the same comes out of it. */
export function randomPlan(seed: number, isComparable: boolean): Plan {
  const random = new Random(`plan ${seed}`);
  const clients = random.between(2, 3);
  let count = 0;
  return Array.from({ length: clients }, (_, client) =>
    Array.from({ length: random.between(2, 4) }, () => {
      const id = `m${++count}`;
      const how = random.weighted<How>([
        [5, "tell"],
        [4, "ask"],
        [1, "later"],
        [isComparable ? 0 : 1, "cancel"],
      ]);
      return random.weighted<() => Sending>([
        [
          6,
          () => {
            const agent = random.between(0, WORKERS - 1);
            const job = randomJob(random, id, agent);
            const sections = isComparable ? job.sections.map(comparable) : job.sections;
            return { to: "worker", agent, id, job: { ...job, sections }, how };
          },
        ],
        [1, () => ({ to: random.pick(["keeper", "flowing"] as const), id, how })],
        // What a model is shown must not depend on whose problem came first.
        [client < SOLVERS ? 3 : 0, () => problem(random, client, id, isComparable)],
      ])();
    }),
  );
}

function problem(random: Random, agent: number, id: string, isComparable: boolean): Sending {
  const isLimited = !isComparable && random.chance(0.7);
  const inDollars = isLimited && random.chance(0.4);
  return {
    to: "solver",
    agent,
    id,
    steps: random.between(1, 6),
    tokens: isLimited && !inDollars ? random.between(100, 3_000) : undefined,
    usd: inDollars ? random.between(100, 6_000) / 1_000 : undefined,
  };
}
