import { callKey, type Conversation } from "./conversation.ts";
import { planner } from "./planner.ts";
import { questionOf } from "./question.ts";
import { type Progress, progressOf, type Wanted } from "./research.ts";
import { subTask } from "./sub-task.ts";
import { topicsOf } from "./topics/index.ts";

/** What is said plainly wherever the scripted model speaks. */
export const SCRIPTED = "scripted model, no key found: answers follow fixed rules";

export interface Reply {
  readonly text: string;
  readonly calls: readonly Wanted[];
}

/** Calls of one reply. */
const MOST_CALLS = 8;

/** The calls that are wanted next, by all rules that fit the question; with none left, the answer. */
export function replyTo({ question: asked, outcomes }: Conversation): Reply {
  const question = questionOf(subTask(asked));
  const { topics, note } = topicsOf(question);
  return replyOf(
    topics.map((topic) => progressOf(topic.research(question), outcomes)),
    note,
  );
}

/** The same for an agent that has others to give its work to. */
export function planFor({ outcomes }: Conversation): Reply {
  return replyOf([progressOf(planner(), outcomes)]);
}

function replyOf(progress: readonly Progress[], note: readonly string[] = []): Reply {
  const wanted = new Map<string, Wanted>();
  for (const each of progress) {
    for (const call of "wants" in each ? each.wants : []) {
      const key = callKey(call.tool, call.input);
      if (!wanted.has(key) && wanted.size < MOST_CALLS) wanted.set(key, call);
    }
  }
  const calls = [...wanted.values()];
  if (calls.length > 0) return { text: [...new Set(calls.map(({ why }) => why))].join(" "), calls };
  const texts = progress.map((each) => ("text" in each ? each.text : ""));
  return { text: [...note, ...texts, `(${SCRIPTED})`].join("\n\n"), calls };
}
