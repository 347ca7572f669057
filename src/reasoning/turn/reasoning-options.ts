import type { Duration } from "../../base/index.ts";
import type { LLMManager, ModelReply, ModelSettings } from "../../llm/index.ts";
import type { AnyTool, ArtefactStore, ToolCall, ToolResult, ToolView } from "../../tools/index.ts";
import type { CompactionOptions } from "./compaction.ts";
import type { ReactLimits } from "../memory/react-message.ts";
import type { ReasoningExtension } from "./reasoning-extension.ts";
import type { TurnAbout } from "../result/turn-about.ts";

/** A text, or what makes it, before each turn. */
export type Instructions = string | ((about: TurnAbout) => string | Promise<string>);

/** What `prepareTurn` may change for one turn. */
export interface TurnChange {
  /** The name of a model of the manager. */
  readonly model?: string;
  /** The names of the tools that the model is shown, of those there are. */
  readonly tools?: readonly string[];
  /** In place of the agent's. */
  readonly instructions?: string;
  readonly settings?: ModelSettings;
}

/** What a turn came to, for hooks and predicates. */
export interface TurnReport extends TurnAbout {
  readonly reply: string;
  /** `input` is what a call was made with, also where a person changed it. */
  readonly calls: readonly { readonly tool: string; readonly input: unknown; readonly ok: boolean }[];
  /** The reply is the answer. */
  readonly answers: boolean;
}

/**
 * What is called as a run goes on. All are awaited; one that throws ends the run as `failed`, with the reason `code`: a hook
 * may be a guard. Of a turn that is executed again, after a crash or by a replay, what is on record is not asked for again:
 * `prepareTurn`, `beforeModel`, `afterModel` and `beforeTool` are called when a model is really asked; `afterTool` and
 * `afterTurn` are told again, so what they send is sent again. Calls are told with the arguments that they are made with: a
 * person who approves one may have changed them.
 */
export interface ReasoningHooks {
  /** Before a model is asked: may change model, tools and instructions for this turn. */
  readonly prepareTurn?: (about: TurnAbout) => TurnChange | undefined | Promise<TurnChange | undefined>;
  /** Right before the request, with how many messages it has; changes nothing. */
  readonly beforeModel?: (about: TurnAbout & { readonly messageCount: number }) => void | Promise<void>;
  /** After the reply, before it is recorded. A text that it returns is a fault: the model is shown it and asked again. */
  readonly afterModel?: (about: TurnAbout & { readonly reply: ModelReply }) => string | void | Promise<string | void>;
  /**
   * Of each call that the reply asks for, before it is recorded. A text that it returns refuses the call. It is asked again of
   * arguments that a person changed, until the call is on record: then the text, or what it throws, goes to that person, and
   * the call waits on.
   */
  readonly beforeTool?: (about: TurnAbout & { readonly call: ToolCall }) => string | void | Promise<string | void>;
  /** After each call, with its outcome. */
  readonly afterTool?: (
    about: TurnAbout & { readonly call: ToolCall; readonly result: ToolResult },
  ) => void | Promise<void>;
  /** At the end of each turn, before it is recorded. */
  readonly afterTurn?: (report: TurnReport) => void | Promise<void>;
}

/** How an agent reasons. */
export interface ReasoningOptions {
  readonly llm: LLMManager;
  /** The name of the model that is asked first. @default the manager's default */
  readonly model?: string;
  /** How models are asked; what the manager says of a model counts where this says nothing. */
  readonly settings?: ModelSettings;
  /** Tools, a registry of them, or a view of one. @default none */
  readonly tools?: readonly AnyTool[] | ToolView;
  /** Who the model is, such as `"a careful accountant"`. @default none */
  readonly role?: Instructions;
  /** What it is to reach. @default none */
  readonly goal?: Instructions;
  /** What else it is told. @default none */
  readonly instructions?: Instructions;
  /** Whether the model is shown the memory's context, as a marked part of what the system says. @default false */
  readonly showContext?: boolean;
  /** @default `{ steps: 100, errors: 3 }` */
  readonly limits?: ReactLimits;
  /**
   * How tools are called: as the provider does it, or by actions written as JSON.
   *
   * @default "auto": "native" where all models that may be asked take tools, else "json"
   */
  readonly dialect?: "native" | "json" | "auto";
  /** Calls of one reply that are carried out at the same time. @default 8 */
  readonly parallel?: number;
  /** Calls in a row that are the same, whatever is thought between, after which the model is warned; one more ends the run. `Infinity`: never. @default 3 */
  readonly repetition?: number;
  /** Asked at the end of each turn without an answer, in a replay too. What it throws ends the run as a hook's does. @default never */
  readonly stopWhen?: (report: TurnReport) => boolean | Promise<boolean>;
  readonly hooks?: ReasoningHooks;
  /** Time in which a person can approve a call. After it, or after the run's deadline, the call is refused. @default "7d" */
  readonly approvalTime?: Duration;
  /** Sums up the oldest messages when there are too many. @default they are left out */
  readonly compaction?: CompactionOptions;
  /** Whose tools are called. @default nobody's */
  readonly tenant?: string;
  /** Where outputs go that are too long. @default the agent's blobs where it has the tool `readArtefact`; else they are cut */
  readonly artefacts?: ArtefactStore;
  /** What tools of your own need. @default {} */
  readonly values?: Readonly<Record<string, unknown>>;
  /** For agents that do more than reason. @default nothing */
  readonly extension?: ReasoningExtension;
}
