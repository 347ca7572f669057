import type { BlobRef, Clock, MessageKey } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { Following } from "./following.ts";
import type { EngineEvent, MessageReceipt, MessageReceived, RunOrigin, RunStarted } from "../record/events.ts";
import type { Figures } from "../figures/figures.ts";
import type { Outlines } from "../record/outlines.ts";
import type { RecoveredRun } from "../record/recovered-run.ts";
import type { ChildCall, ChildRun, RunContext } from "../steps/run-context.ts";

/** What a child is given of the run that it is a child of. */
export interface ChildOf {
  readonly parent: string;
  readonly holder: MessageKey | undefined;
  readonly onYield: (() => void) | undefined;
}

/** What the engine gives each run. */
export interface RunSettings {
  readonly id: string;
  /** The id was made up for it: nothing can be on record under it, and nobody was told that it is. */
  readonly isNew: boolean;
  readonly name: string;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly freeze: boolean;
  readonly asks: boolean;
  readonly figures: Figures;
  readonly recovered: RecoveredRun | undefined;
  readonly key: MessageKey | undefined;
  readonly holder: MessageKey | undefined;
  /** Of a message that was not begun before: its receipt. */
  readonly received: MessageReceived | undefined;
  /** That it begins, where that is on record already. */
  readonly begun: RunStarted | undefined;
  /** What is recorded with its ending, if anything is by then. */
  readonly following: (() => Following | undefined) | undefined;
  /** Of a message: its receipt. */
  readonly message: MessageReceipt | undefined;
  readonly mail: RunContext["mail"];
  readonly parent: string | undefined;
  readonly origin: RunOrigin | undefined;
  /** What the object that began it `carries`, as it is on record. */
  readonly carried: unknown;
  /** The definition's outline, where it is kept. */
  readonly outline: Promise<BlobRef> | undefined;
  /** Those of definitions that run in its scopes. */
  readonly outlines: Outlines;
  /** The run begins when it resolves; with nothing to wait for, at once. */
  readonly ready: Promise<void> | undefined;
  /** Calls its body, now or in a later turn of the event loop. */
  readonly begin: (body: () => void) => void;
  /** Starts a child of a run, or goes on with it. */
  readonly child: <Input, Output>(of: ChildOf, ...call: ChildCall<Input, Output>) => Promise<ChildRun<Output>>;
  readonly endCall: RunContext["endCall"];
  readonly doubtIn: RunContext["doubtIn"];
  /** Told when it begins to rest, and when it goes on. */
  readonly onRest: ((resting: boolean) => void) | undefined;
  /** Told when it waits for another run. */
  readonly onYield: (() => void) | undefined;
  /** Told of each event once it is recorded, and of what is not recorded. */
  readonly onEvent: (event: EngineEvent) => void;
}
