import { atLeast, listOf, onlyOptions, optionsOf } from "../../base/index.ts";
import { Policies, type ToolPolicy } from "../tool/policy.ts";
import type { AnyTool } from "../tool/tool.ts";
import { type ToolFactory, ToolShelf } from "./tool-shelf.ts";
import { ToolView } from "./tool-view.ts";

/** Options of a registry. */
export interface ToolRegistryOptions {
  /** Tools to register at once, for everybody. @default [] */
  readonly tools?: readonly AnyTool[];
  /** Decides which calls are made. @default all */
  readonly policy?: ToolPolicy;
  /**
   * The most characters of a tool's output, unless the tool has its own limit. A longer output becomes an artefact.
   * @default 20_000
   */
  readonly maxOutput?: number;
  /** The most characters of a call's arguments. @default 1_000_000 */
  readonly maxArguments?: number;
  /** How deep objects and lists may be nested in a call's arguments. @default 64 */
  readonly maxDepth?: number;
}

/** Options of a registration. */
export interface RegisterToolOptions {
  /** The only tenants that see the tool and may call it. @default everybody */
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
 * The tools of agents. Tools may come and go while agents run. A call under way continues with the tool that it has, and the
 * tool is disposed when its calls have ended.
 */
export class ToolRegistry extends ToolView implements AsyncDisposable {
  readonly #shelf: ToolShelf;

  /** @throws AitorError `invalid-option`, `tool-exists`, and the errors of `tool`. */
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
   * Adds a tool. The registry owns it from now on: it is disposed when it is unregistered from all registries that have it.
   *
   * @throws AitorError `tool-exists` if there is a tool of the same name for the same tenant, or for everybody; the errors of
   *   `tool`.
   */
  register(tool: AnyTool, options: RegisterToolOptions = {}): void {
    onlyOptions(options, OWNERS, "an option of a registration");
    this.#shelf.put(tool, options.tenants);
  }

  /**
   * Adds a tool that is created for each tenant, when the tenant's tools are first needed. If `create` throws, or creates
   * something that is not a tool of that name, lists do not contain the tool, calls of it fail (`tool-unavailable`), and the
   * failure is logged. The next call or look tries again.
   *
   * @throws AitorError `tool-exists`, `invalid-option`.
   */
  registerFactory(name: string, create: ToolFactory, options: RegisterToolOptions = {}): void {
    onlyOptions(options, OWNERS, "an option of a registration");
    this.#shelf.putFactory(name, create, options.tenants);
  }

  /**
   * Removes a tool at once, from everybody or from one tenant that has its own.
   *
   * @returns Whether there was one, once its calls have ended and it is disposed. Do not await this in one of its calls.
   * @throws What its disposal throws (rejects with); AitorError `invalid-option`.
   */
  async unregister(name: string, options: { readonly tenant?: string } = {}): Promise<boolean> {
    return this.#shelf.take(name, optionsOf(options, ["tenant"], "an option of unregister").tenant);
  }

  /**
   * Releases the tools that factories created for a tenant, as `unregister` does. They are created anew when the tenant needs
   * them again.
   */
  async releaseTenant(tenant: string): Promise<void> {
    await this.#shelf.forget(tenant);
  }

  /** Removes all tools. A second call is harmless. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shelf.clear();
  }
}
