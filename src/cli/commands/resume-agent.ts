import { AitorHost, behaviourOf } from "../../agent/index.ts";
import { mailboxName, messageKeyOf, type RunReport } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { isPlanningAgent, recordedPlanning, TodoPlan } from "../../planning/index.ts";
import { AgentWaits } from "../watch/agent-waits.ts";
import { hostedAgent } from "../watch/hosted-agent.ts";
import type { LoadedReactAgent } from "../load/load-react-agent.ts";
import { printOutcome } from "../watch/problem-outcome.ts";
import type { ResumeArguments } from "./resume-arguments.ts";
import type { Surroundings } from "./solve-problem.ts";
import { spentIn } from "../text/spending.ts";
import { TodoBoard } from "../text/todo-board.ts";
import { watchAgent } from "../watch/watch-agent.ts";

/** Goes on with the run in which a reasoning agent solves a problem, shows how, and prints what comes of it. */
export async function resumeAgent(
  loaded: LoadedReactAgent,
  { id: run, steps }: RunReport,
  { journal, json, module }: { readonly journal: Journal } & Pick<ResumeArguments, "json" | "module">,
  { place, output, interruption }: Surroundings,
): Promise<void> {
  const { definition, name, others } = loaded;
  const key = { name, id: messageKeyOf(run)?.key.id ?? "" };
  await using host = new AitorHost({ journal, agents: others, recover: false });
  await interruption.race(host.register(behaviourOf(definition)));
  const agent = hostedAgent(host, loaded, key.id);
  using waits = new AgentWaits(mailboxName(key), place, (text) => output.tell(text));
  const { agents } = await recordedPlanning(journal, run);
  await waits.recall(journal, run, agents);
  const result = await watchAgent({
    host,
    name: `${name} ${key.id}`,
    run,
    plans: isPlanningAgent(definition),
    // A snapshot comes first, and has the plan.
    board: new TodoBoard(TodoPlan.empty(), await spentIn(journal, run, agents)),
    waits,
    place,
    output,
    interruption,
    module,
    steps: steps.filter(({ state }) => state === "finished").length,
    open: async () => {
      (await host.resume(run)).result.catch(() => {});
      return await agent.follow(run);
    },
  });
  await printOutcome(result, json, output);
}
