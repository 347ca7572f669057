import type { AgentContext } from "../../agent/index.ts";
import type { AgentRef, Budget } from "../../base/index.ts";
import type { ToolResult, ToolView } from "../../tools/index.ts";
import type { ReactMemory } from "../memory/react-memory.ts";
import type { ReactTask } from "../memory/react-message.ts";
import type { ReactOutcome } from "../result/react-result.ts";
import type { TurnAbout } from "../result/turn-about.ts";

type AnyMemory = ReactMemory<Record<string, unknown>, unknown>;

/** The additions to each run of an agent that does more than reason. */
export interface ReasoningExtension {
  /**
   * The names of the options that the extension is made of. An agent may have them besides its own; the names are used for
   * errors.
   */
  readonly options?: readonly string[];
  /**
   * Tools besides the agent's own. They take precedence over tools of the agent with the same names, and changes to the agent's
   * tools do not affect them.
   */
  readonly tools?: ToolView;
  /** The agents that its runs may delegate to. With a limit in dollars, the models of these agents must have a price, too. */
  readonly agents?: readonly AgentRef[];
  /** Adds to the outcome of a run, also of one that was cancelled. It returns a JSON value and must not throw. */
  readonly outcome?: (outcome: ReactOutcome, memory: AnyMemory) => ReactOutcome;
  /** Called when a run begins, and when it continues after a restart. It must not throw. */
  readonly begin: (run: ExtendedRun) => RunExtension;
}

/** A run that is extended. */
export interface ExtendedRun {
  readonly ctx: AgentContext<AnyMemory>;
  readonly task: ReactTask;
  /** Returns the run's budget, or `undefined` before its first turn. */
  readonly budget: () => Budget | undefined;
}

/** The additions to one run. */
export interface RunExtension {
  /** Values for the extension's tools, in the context of calls besides the agent's own. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Returns what models are told after the instructions. It is called anew for each turn. */
  readonly told?: (about: TurnAbout) => string;
  /** Tools of the extension that this run does not offer. */
  readonly withheld?: ReadonlySet<string>;
  /** Returns whether a call achieved something that the same call before did not. Then it is no repetition. It must not throw. */
  readonly isProgress?: (tool: string, result: ToolResult) => boolean;
}
