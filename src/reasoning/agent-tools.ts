import { invalidOption } from "../base/index.ts";
import type { AnyTool, ToolDefinition, ToolRegistry, ToolView } from "../tools/index.ts";

/** The tools of an agent's definition, in this process. Changes show from the next turn on, also in runs under way. */
export class AgentTools {
  readonly #view: ToolView;
  readonly #registry: ToolRegistry | undefined;

  /** @internal */
  constructor(view: ToolView, registry: ToolRegistry | undefined) {
    this.#view = view;
    this.#registry = registry;
  }

  get names(): readonly string[] {
    return this.#view.list().map(({ name }) => name);
  }

  /** The tools' definitions, as models get them. */
  get schemas(): readonly ToolDefinition[] {
    return this.#view.definitions();
  }

  /**
   * Adds a tool.
   *
   * @throws AitorError `tool-exists`; `invalid-option` if the agent has a view of a registry that belongs to others.
   */
  add(tool: AnyTool): void {
    this.#own().register(tool);
  }

  /** Removes a tool. Calls under way are finished first. @returns Whether there was one. */
  remove(name: string): Promise<boolean> {
    return this.#own().unregister(name);
  }

  #own(): ToolRegistry {
    if (this.#registry !== undefined) return this.#registry;
    const fix = "add and remove in the registry that the view is of";
    throw invalidOption("the tools of the agent", "a list of tools, or a registry", this.#view, fix);
  }
}
