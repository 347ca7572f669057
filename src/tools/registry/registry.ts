import { atLeast, listOf, onlyOptions, optionsOf } from "../../base/index.ts";
import { Policies, type ToolPolicy } from "../tool/policy.ts";
import type { AnyTool } from "../tool/tool.ts";
import { type ToolFactory, ToolShelf } from "./tool-shelf.ts";
import { ToolView } from "./tool-view.ts";

/** Options of a registry. */
export interface ToolRegistryOptions {
  /** Registered at once, for everybody. @default [] */
  readonly tools?: readonly AnyTool[];
  /** Which calls are made. @default all */
  readonly policy?: ToolPolicy;
  /** Characters of a tool's output, where the tool says nothing itself; what is longer becomes an artefact. @default 20_000 */
  readonly maxOutput?: number;
  /** Characters of a call's arguments. @default 1_000_000 */
  readonly maxArguments?: number;
  /** Objects and lists within each other, in a call's arguments. @default 64 */
  readonly maxDepth?: number;
}

/** Whose a tool is. */
export interface RegisterToolOptions {
  /** Only these tenants see it and may call it. @default everybody */
  readonly tenants?: readonly string[];
}

const OPTIONS: ReadonlySet<string> = new Set([
  "tools",
  "policy",
  "maxOutput",
  "maxArguments",
  "maxDepth",
] satisfies (keyof ToolRegistryOptions)[]);
const OWNERS: ReadonlySet<string> = new Set(["tenants"] satisfies (keyof RegisterToolOptions)[]);

/**
 * The tools of agents. Tools may come and go while agents run: a call under way goes on with the tool that it has, and the
 * tool is disposed when its calls have ended.
 */
export class ToolRegistry extends ToolView implements AsyncDisposable {
  readonly #shelf: ToolShelf;

  /** @throws AitorError `invalid-option`, `tool-exists`, and as `tool` does. */
  constructor(options: ToolRegistryOptions = {}) {
    onlyOptions(options, OPTIONS, "an option of a tool registry");
    const { tools = [], policy, maxOutput = 20_000, maxArguments = 1_000_000, maxDepth = 64 } = options;
    const shelf = new ToolShelf();
    super({
      shelf,
      policies: new Policies([]).with(policy),
      maxOutput: atLeast(1, maxOutput, "maxOutput of a tool registry"),
      limits: {
        characters: atLeast(1, maxArguments, "maxArguments of a tool registry"),
        depth: atLeast(1, maxDepth, "maxDepth of a tool registry"),
      },
    });
    this.#shelf = shelf;
    for (const tool of listOf(tools, "tools of a registry")) this.register(tool);
  }

  /**
   * Adds a tool, which is the registry's from now on: it is disposed when it is unregistered from all that have it.
   *
   * @throws AitorError `tool-exists` where there is one of its name for the same tenant, or for everybody; as `tool` does.
   */
  register(tool: AnyTool, options: RegisterToolOptions = {}): void {
    onlyOptions(options, OWNERS, "an option of a registration");
    this.#shelf.put(tool, options.tenants);
  }

  /**
   * Adds a tool that is made for each tenant, when the tenant's tools are first asked for. Where `create` throws, or makes
   * what is no tool of that name, lists are without it and calls of it fail (`tool-unavailable`), the log is told, and the
   * next call or look tries again.
   *
   * @throws AitorError `tool-exists`, `invalid-option`.
   */
  registerFactory(name: string, create: ToolFactory, options: RegisterToolOptions = {}): void {
    onlyOptions(options, OWNERS, "an option of a registration");
    this.#shelf.putFactory(name, create, options.tenants);
  }

  /**
   * Takes a tool away, at once, from everybody or from one tenant that has its own.
   *
   * @returns Whether there was one, when its calls have ended and it is disposed. Not to be awaited in one of them.
   * @throws What its disposal throws (rejects with); AitorError `invalid-option`.
   */
  async unregister(name: string, options: { readonly tenant?: string } = {}): Promise<boolean> {
    return this.#shelf.take(name, optionsOf(options, ["tenant"], "an option of unregister").tenant);
  }

  /** Lets go what factories made for a tenant, as `unregister` does. It is made anew when the tenant asks again. */
  async releaseTenant(tenant: string): Promise<void> {
    await this.#shelf.forget(tenant);
  }

  /** Takes all tools away. Harmless the second time. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shelf.clear();
  }
}
