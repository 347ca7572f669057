import { unavailableError } from "../schema/errors.ts";
import type { AnyTool } from "./tool.ts";
import { thrownText } from "../schema/tool-failure.ts";

/**
 * From a tool's first call to its disposal, over all registries that have it: it is opened once, and disposed when the last
 * registry has let it go and the calls under way have ended. Held again, it is opened anew, when its disposal is over.
 */
export class ToolLifetime {
  readonly #tool: AnyTool;
  #holders = 0;
  #calls = 0;
  /** Present from its opening to its disposal; of a tool that opens by itself, from when it is held. */
  #opening: Promise<void> | undefined;
  #ended: PromiseWithResolvers<void> | undefined;
  /** Present while it is disposed. */
  #disposal: Promise<void> | undefined;

  constructor(tool: AnyTool) {
    this.#tool = tool;
  }

  hold(): void {
    this.#holders++;
    if (this.#tool.open === undefined) this.#opening ??= this.#open();
  }

  /** Calls of it are under way. */
  get isBusy(): boolean {
    return this.#calls > 0;
  }

  /** @returns When it is disposed, where this was the last holder. What was never opened has nothing to give back. */
  async release(): Promise<void> {
    this.#holders--;
    while (this.#holders === 0 && this.#calls > 0) {
      await (this.#ended ??= Promise.withResolvers()).promise;
    }
    // Held again meanwhile, or not let go by all.
    if (this.#holders > 0) return;
    if (this.#opening !== undefined) {
      this.#opening = undefined;
      const disposal = this.#dispose(this.#disposal);
      const over = (): void => {
        if (this.#disposal === disposal) this.#disposal = undefined;
      };
      this.#disposal = disposal;
      disposal.then(over, over);
    }
    await this.#disposal;
  }

  /**
   * A call begins, and has to `end`: until then it has the tool, whoever lets it go.
   *
   * @throws AitorError `tool-unavailable` where nobody holds it.
   */
  begin(): void {
    if (this.#holders === 0) {
      throw unavailableError(this.#tool.name, "one that was unregistered before the call began");
    }
    this.#calls++;
  }

  /** Opens the tool for a call that has begun, where nobody has. @throws AitorError (rejects with) `tool-unavailable`. */
  async open(): Promise<void> {
    const opening = (this.#opening ??= this.#open());
    try {
      await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw unavailableError(this.#tool.name, `it could not be opened: ${thrownText(error)}`, error);
    }
  }

  end(): void {
    if (--this.#calls > 0) return;
    this.#ended?.resolve();
    this.#ended = undefined;
  }

  async #open(): Promise<void> {
    if (this.#disposal !== undefined) await settled(this.#disposal);
    await this.#tool.open?.();
  }

  async #dispose(before: Promise<void> | undefined): Promise<void> {
    if (before !== undefined) await settled(before);
    await this.#tool[Symbol.asyncDispose]?.();
  }
}

/** Whoever waits for the disposal is told how it went. */
function settled(disposal: Promise<void>): Promise<void> {
  return disposal.catch(() => {});
}
