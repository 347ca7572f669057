// What must be true of a clerk's run in the end.
import type { ReactOutcome } from "aitor/reasoning";

import { judgeEffects, judgeStreams } from "../points/run-verdict.ts";
import type { Story } from "../points/story.ts";
import { ANSWER, clerkRun, ONCE, STEPS } from "./clerk.ts";

export const clerkStory: Story = {
  program: "agent",
  inputOf: (witnesses) => ({ name: "clerk", witnesses }),
  runOf: clerkRun,
  topOf: (stream) => (/^(?:agent|usage):/.test(stream) ? undefined : stream.split("/", 3).join("/")),
  needsOf: (key) => {
    // A model is asked when the turn before is on record, and a tool called when the reply is.
    const turn = Number(/^react\/#(\d+)\//.exec(key)?.[1]);
    return key.endsWith("/think") ? [] : [`react/#${turn}/think`];
  },
  answerTo: (_run, _key, request) => ({ hash: (request as { readonly hash: string }).hash, approve: true }),
  judge: (run, faults) => {
    judgeStreams(run, faults);
    judgeEffects(run, ONCE, faults);
    const { output } = run.record.get(run.id)?.at(-1)?.data as { readonly output?: ReactOutcome };
    const { status, answer, steps } = output ?? {};
    if (status !== "answered" || answer !== ANSWER || steps !== STEPS) {
      faults.wrong.push(`run ${run.id} gave ${JSON.stringify(output)}`);
    }
  },
};
