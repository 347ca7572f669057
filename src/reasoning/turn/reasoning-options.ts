import type { Duration } from "../../base/index.ts";
import type { LLMManager, ModelReply, ModelSettings } from "../../llm/index.ts";
import type { AnyTool, ArtefactStore, ToolCall, ToolResult, ToolView } from "../../tools/index.ts";
import type { CompactionOptions } from "./compaction.ts";
import type { ReactLimits } from "../memory/react-message.ts";
import type { ReasoningExtension } from "./reasoning-extension.ts";
import type { TurnAbout } from "../result/turn-about.ts";

/** A text, or a function that returns it, called before each turn. */
export type Instructions = string | ((about: TurnAbout) => string | Promise<string>);

/** The changes that `prepareTurn` may make for one turn. */
export interface TurnChange {
  /** The name of a model of the manager. */
  readonly model?: string;
  /** The names of the tools that the model is shown, of those there are. */
  readonly tools?: readonly string[];
  /** Replaces the agent's instructions. */
  readonly instructions?: string;
  readonly settings?: ModelSettings;
}

/** The result of a turn, for hooks and predicates. */
export interface TurnReport extends TurnAbout {
  readonly reply: string;
  /** The turn's calls. `input` is what a call was made with, even if a person changed it. */
  readonly calls: readonly { readonly tool: string; readonly input: unknown; readonly ok: boolean }[];
  /** Whether the reply is the answer. */
  readonly answers: boolean;
}

/**
 * Functions that are called as a run goes on. All are awaited. A hook that throws ends the run as `failed`, with the reason
 * `code`, so a hook may be a guard.
 *
 * If a turn is executed again, after a crash or by a replay, what is on record is not asked for again. `prepareTurn`,
 * `beforeModel`, `afterModel` and `beforeTool` are called only when a model is really asked. `afterTool` and `afterTurn` are
 * called again, so whatever they send is sent again.
 *
 * Hooks get calls with the arguments that they are made with. A person who approves a call may have changed them.
 */
export interface ReasoningHooks {
  /** Called before a model is asked. May change model, tools and instructions for this turn. */
  readonly prepareTurn?: (about: TurnAbout) => TurnChange | undefined | Promise<TurnChange | undefined>;
  /** Called right before the request, with the number of messages in it. Changes nothing. */
  readonly beforeModel?: (about: TurnAbout & { readonly messageCount: number }) => void | Promise<void>;
  /** Called after the reply, before it is recorded. A returned text is a fault: the model is shown it and asked again. */
  readonly afterModel?: (about: TurnAbout & { readonly reply: ModelReply }) => string | void | Promise<string | void>;
  /**
   * Called for each call that the reply asks for, before it is recorded. A returned text refuses the call.
   *
   * It is called again for arguments that a person changed, until the call is on record. Then the returned text, or what it
   * throws, goes to that person, and the call keeps waiting.
   */
  readonly beforeTool?: (about: TurnAbout & { readonly call: ToolCall }) => string | void | Promise<string | void>;
  /** Called after each call, with its outcome. */
  readonly afterTool?: (
    about: TurnAbout & { readonly call: ToolCall; readonly result: ToolResult },
  ) => void | Promise<void>;
  /** Called at the end of each turn, before it is recorded. */
  readonly afterTurn?: (report: TurnReport) => void | Promise<void>;
}

/** The options of how an agent reasons. */
export interface ReasoningOptions {
  readonly llm: LLMManager;
  /** The name of the model that is asked first. @default the manager's default */
  readonly model?: string;
  /** Settings for asking models. For settings that are left out, the manager's settings of the model apply. */
  readonly settings?: ModelSettings;
  /** Tools, a registry of them, or a view of one. @default none */
  readonly tools?: readonly AnyTool[] | ToolView;
  /** Who the model is, such as `"a careful accountant"`. @default none */
  readonly role?: Instructions;
  /** What the model is to achieve. @default none */
  readonly goal?: Instructions;
  /** Whatever else the model is told. @default none */
  readonly instructions?: Instructions;
  /** Whether the model is shown the memory's context, as a marked part of the system prompt. @default false */
  readonly showContext?: boolean;
  /** What a run may use. @default `{ steps: 100, errors: 3 }` */
  readonly limits?: ReactLimits;
  /**
   * How tools are called: in the provider's own way, or by actions written as JSON.
   *
   * @default "auto": "native" if all models that may be asked take tools, else "json"
   */
  readonly dialect?: "native" | "json" | "auto";
  /** The number of calls of one reply that are made at the same time. @default 8 */
  readonly parallel?: number;
  /**
   * The number of same calls in a row, whatever is thought in between, after which the model is warned. One more such call ends
   * the run. `Infinity`: never.
   *
   * @default 3
   */
  readonly repetition?: number;
  /**
   * Decides whether the run stops. It is called at the end of each turn without an answer, in a replay too. If it throws, the run
   * ends as if a hook threw.
   *
   * @default never
   */
  readonly stopWhen?: (report: TurnReport) => boolean | Promise<boolean>;
  readonly hooks?: ReasoningHooks;
  /** The time in which a person can approve a call. After it, or after the run's deadline, the call is refused. @default "7d" */
  readonly approvalTime?: Duration;
  /** How the oldest messages are summed up when there are too many. @default they are left out */
  readonly compaction?: CompactionOptions;
  /** The tenant whose tools are called. @default nobody's */
  readonly tenant?: string;
  /** The store for outputs that are too long. @default the agent's blobs if it has the tool `readArtefact`; else outputs are cut */
  readonly artefacts?: ArtefactStore;
  /** Values that your own tools need. @default {} */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Additions, for agents that do more than reason. @default nothing */
  readonly extension?: ReasoningExtension;
}
