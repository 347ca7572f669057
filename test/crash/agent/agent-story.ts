// What must be true of an agent's run in the end.
import type { ReactOutcome } from "aitor/reasoning";

import { judgeEffects, judgeStreams } from "../points/run-verdict.ts";
import type { Story } from "../points/story.ts";
import type { CaseName } from "./case.ts";
import { ANSWER, clerkRun, ONCE, STEPS } from "./clerk.ts";
import { PLANNED_ANSWER, PLANNED_ONCE, plannerRun } from "./planner.ts";

/** What is judged of a run, and of its output. */
interface Expected extends Pick<Story, "points" | "writes"> {
  readonly name: CaseName;
  readonly runOf: (id: string) => string;
  readonly answer: string;
  readonly steps: number;
  /** Steps that must run once, of the run and those below it. */
  readonly once: number;
}

/** Of every agent's run. */
const WRITES = [
  "message-received",
  "run-started",
  "step-started",
  "model-called",
  "step-finished",
  "a blob",
  "signal-awaited",
  "run-suspended",
  "signal-received",
  "turn-finished",
  "loop-finished",
  "run-finished",
];

export const clerkStory: Story = storyOf({
  name: "clerk",
  runOf: clerkRun,
  answer: ANSWER,
  steps: STEPS,
  once: ONCE,
  points: 70,
  writes: [...WRITES, "context-set", "timer-set", "timer-fired"],
});

export const plannerStory: Story = storyOf({
  name: "planner",
  runOf: plannerRun,
  answer: PLANNED_ANSWER,
  steps: 3,
  once: PLANNED_ONCE,
  points: 88,
  writes: [...WRITES, "plan-changed", "usage-added"],
});

function storyOf({ name, runOf, answer, steps, once, points, writes }: Expected): Story {
  return {
    program: "agent",
    points,
    writes,
    inputOf: (witnesses) => ({ name, witnesses }),
    runOf,
    topOf: (stream) => (/^(?:agent|usage):/.test(stream) ? undefined : stream.split("/", 3).join("/")),
    needsOf: (key) => {
      // A tool is called when the reply is on record.
      const turn = Number(/^react\/#(\d+)\//.exec(key)?.[1]);
      return key.endsWith("/think") ? [] : [`react/#${turn}/think`];
    },
    answerTo: (_run, _key, request) => ({ hash: (request as { readonly hash: string }).hash, approve: true }),
    judge: (run, faults) => {
      judgeStreams(run, faults);
      judgeEffects(run, once, faults);
      const { output } = (run.record.get(run.id)?.at(-1)?.data ?? {}) as { readonly output?: ReactOutcome };
      if (output?.status !== "answered" || output.answer !== answer || output.steps !== steps) {
        faults.wrong.push(`run ${run.id} gave ${JSON.stringify(output)}`);
      }
    },
  };
}
