// Agents that are killed before and after every write, in recoveries, and from outside.
import { join } from "node:path";

import type { Job } from "../job.ts";
import type { Outcome } from "../outcome.ts";
import { everyPoint, inRecoveries } from "../points/campaign.ts";
import { Lane } from "../points/lane.ts";
import type { Story } from "../points/story.ts";
import { clerkStory, plannerStory } from "./agent-story.ts";

export interface AgentJobsOptions {
  /** Runs that are killed, and killed again while they are recovered. */
  readonly twice: number;
  readonly seed: number;
}

export function agentJobs({ twice, seed }: AgentJobsOptions): Job[] {
  return [
    ...jobsOf("planning agent with approvals", plannerStory, twice, seed),
    ...jobsOf("agent of 10 steps", clerkStory, twice, seed),
  ];
}

function jobsOf(part: string, story: Story, twice: number, seed: number): Job[] {
  const job = (kill: (lane: Lane) => Promise<Outcome>): Job => ({
    part,
    run: ({ folder, onProcess }) =>
      kill(new Lane({ place: join(folder, "lane"), story, answers: "when-suspended", onProcess })),
  });
  return [
    job((lane) => everyPoint(lane, "before")),
    job((lane) => everyPoint(lane, "after")),
    job((lane) => inRecoveries(lane, twice, seed)),
  ];
}
