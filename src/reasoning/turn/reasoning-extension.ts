import type { AgentContext } from "../../agent/index.ts";
import type { AgentRef, Budget } from "../../base/index.ts";
import type { ToolResult, ToolView } from "../../tools/index.ts";
import type { ReactMemory } from "../memory/react-memory.ts";
import type { ReactTask } from "../memory/react-message.ts";
import type { ReactOutcome } from "../result/react-result.ts";
import type { TurnAbout } from "../result/turn-about.ts";

type AnyMemory = ReactMemory<Record<string, unknown>, unknown>;

/** For agents that do more than reason: what they add to each of their runs. */
export interface ReasoningExtension {
  /** Names of the options that it is made of, which an agent may have besides: for errors. */
  readonly options?: readonly string[];
  /** Tools beside the agent's own, whose names these take: what an agent's tools are changed to does not concern them. */
  readonly tools?: ToolView;
  /** Whom its runs may delegate to: where there is a limit in dollars, their models are to have a price, too. */
  readonly agents?: readonly AgentRef[];
  /** Adds to the outcome of a run, of one that was cancelled too. A JSON value comes back; it must not throw. */
  readonly outcome?: (outcome: ReactOutcome, memory: AnyMemory) => ReactOutcome;
  /** Called when a run begins, and when it goes on after a restart. It must not throw. */
  readonly begin: (run: ExtendedRun) => RunExtension;
}

/** A run that is extended. */
export interface ExtendedRun {
  readonly ctx: AgentContext<AnyMemory>;
  readonly task: ReactTask;
  /** Of the run; nothing before its first turn. */
  readonly budget: () => Budget | undefined;
}

/** What is added to one run. */
export interface RunExtension {
  /** In the context of calls, beside the agent's own: for the extension's tools. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** What models are told behind the instructions, made anew for each turn. */
  readonly told?: (about: TurnAbout) => string;
  /** Tools of the extension that this run does not offer. */
  readonly withheld?: ReadonlySet<string>;
  /** Whether a call came to something that the same call before did not: then it is no repetition. It must not throw. */
  readonly isProgress?: (tool: string, result: ToolResult) => boolean;
}
