import { unavailableError } from "../schema/errors.ts";
import type { AnyTool } from "./tool.ts";
import { thrownText } from "../schema/tool-failure.ts";

/**
 * From a tool's first call to its disposal, over all registries that have it: it is opened once, and disposed when the last
 * registry has let it go and the calls under way have ended.
 */
export class ToolLifetime {
  readonly #tool: AnyTool;
  #holders = 0;
  #calls = 0;
  #opening: Promise<void> | undefined;
  #ended: PromiseWithResolvers<void> | undefined;

  constructor(tool: AnyTool) {
    this.#tool = tool;
  }

  hold(): void {
    this.#holders++;
  }

  /** @returns When it is disposed, where this was the last holder. */
  async release(): Promise<void> {
    if (--this.#holders > 0) return;
    if (this.#calls > 0) {
      this.#ended ??= Promise.withResolvers();
      await this.#ended.promise;
    }
    await this.#dispose();
  }

  /**
   * A call begins, and opens the tool where nobody has. It has to end with `leave`, also where this rejects.
   *
   * @throws AitorError (rejects with) `tool-unavailable`.
   */
  async enter(): Promise<void> {
    this.#calls++;
    const { name } = this.#tool;
    if (this.#holders === 0) throw unavailableError(name, "one that was unregistered before the call began");
    const opening = (this.#opening ??= this.#open());
    try {
      await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw unavailableError(name, `it could not be opened: ${thrownText(error)}`, error);
    }
  }

  leave(): void {
    if (--this.#calls > 0) return;
    this.#ended?.resolve();
    this.#ended = undefined;
  }

  async #open(): Promise<void> {
    await this.#tool.open?.();
  }

  /** What was never opened has nothing to give back, unless it opens by itself. */
  async #dispose(): Promise<void> {
    // Held again, or used again, meanwhile.
    if (this.#holders > 0 || this.#calls > 0) return;
    const wasOpened = this.#opening !== undefined || this.#tool.open === undefined;
    this.#opening = undefined;
    if (wasOpened) await this.#tool[Symbol.asyncDispose]?.();
  }
}
