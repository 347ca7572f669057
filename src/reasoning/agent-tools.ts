import { invalidOption } from "../base/index.ts";
import type { AnyTool, ToolDefinition, ToolRegistry, ToolView } from "../tools/index.ts";

/** The tools of an agent's definition, in this process. What changes shows from the next turn on, also in runs under way. */
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

  /** As models are told of them. */
  get schemas(): readonly ToolDefinition[] {
    return this.#view.definitions();
  }

  /** @throws AitorError `tool-exists`; `invalid-option` where the agent has a part of somebody else's registry. */
  add(tool: AnyTool): void {
    this.#own().register(tool);
  }

  /** @returns Whether there was one; calls under way are finished first. */
  remove(name: string): Promise<boolean> {
    return this.#own().unregister(name);
  }

  #own(): ToolRegistry {
    if (this.#registry !== undefined) return this.#registry;
    const fix = "add and remove in the registry that the view is of";
    throw invalidOption("the tools of the agent", "a list of tools, or a registry", this.#view, fix);
  }
}
