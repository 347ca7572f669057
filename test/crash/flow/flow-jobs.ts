// A flow with branches, a timer, a signal and steps that must run once.
import { join } from "node:path";

import { judgeCount } from "../faults.ts";
import type { Job, JobPlace } from "../job.ts";
import type { Outcome } from "../outcome.ts";
import { everyPoint, fromOutside, inRecoveries } from "../points/campaign.ts";
import { Lane, type LaneOptions } from "../points/lane.ts";
import { makeFolder } from "./folder.ts";
import { surveyStory } from "./survey-story.ts";

export interface FlowOptions {
  /** In the folder that the runs read. */
  readonly files: number;
  /** Runs that are killed, and killed again while they are recovered. */
  readonly twice: number;
  /** Kills from outside, with two runs under way. */
  readonly outside: number;
  readonly seed: number;
}

export function flowJobs({ files, twice, outside, seed }: FlowOptions): Job[] {
  const job = (answers: LaneOptions["answers"], kill: (lane: Lane) => Promise<Outcome>, timerMs = 30): Job => ({
    part: "flow",
    run: ({ folder, onProcess }: JobPlace) => {
      const figures = makeFolder(join(folder, "files"), files);
      const story = surveyStory(join(folder, "files"), figures, timerMs);
      return kill(new Lane({ place: join(folder, "lane"), story, answers, onProcess }));
    },
  });
  return [
    job("when-suspended", (lane) => everyPoint(lane, "before")),
    job("when-suspended", (lane) => everyPoint(lane, "after")),
    job("when-suspended", (lane) => inRecoveries(lane, twice, seed)),
    job("at-once", (lane) => fromOutside(lane, outside, seed + 1)),
    job("when-suspended", whileTheTimerRuns, 3_000),
  ];
}

/** The next processes find a timer whose time has not come. */
async function whileTheTimerRuns(lane: Lane): Promise<Outcome> {
  await lane.live({ runs: 2, kill: { write: 25, when: "after", during: "run" } });
  await lane.live({ runs: 0, kill: { write: 3, when: "after", during: "recovery" } });
  await lane.end();
  judgeCount("kills while a timer runs", lane.lives.filter(({ killed }) => killed).length, 2, lane.faults);
  const fired = lane.lives.at(-1)?.calls.flatMap(({ events }) => events.filter(({ type }) => type === "timer-fired"));
  judgeCount("timers that the last process waited for", fired?.length ?? 0, 1, lane.faults);
  return lane.outcome({});
}
