import { activeLog, invalidOption, listOf, nonEmpty } from "../../base/index.ts";
import { type CompiledTool, compile, toolName } from "../tool/compiled-tool.ts";
import { toolExistsError, unavailableError } from "../schema/errors.ts";
import type { AnyTool } from "../tool/tool.ts";
import { thrownText } from "../schema/tool-failure.ts";

/** Creates a tenant's own tool, such as one with the tenant's connection. Returns nothing if the tenant has none. */
export type ToolFactory = (tenant: string) => AnyTool | undefined;

/** A tool, or what makes one for each tenant that asks. */
interface Slot {
  readonly tool?: CompiledTool;
  readonly factory?: ToolFactory;
  /** By tenant. */
  readonly made: Map<string, CompiledTool | undefined>;
}

/** Whose a tool is that is everybody's. */
type Everybody = undefined;

/** The tools that a registry holds. Of one name there is one for everybody, or one for each of some tenants. */
export class ToolShelf {
  readonly #slots = new Map<string, Map<string | Everybody, Slot>>();
  /** Another one whenever what it holds has changed, or may: what could not be made is tried again. */
  version = 0;

  /** @throws AitorError `tool-exists`, and as `tool` does. */
  put(tool: AnyTool, tenants: readonly string[] | undefined): void {
    const compiled = compile(tool);
    const owners = this.#free(compiled.name, tenants);
    for (const owner of owners) {
      this.#add(compiled.name, owner, { tool: compiled, made: new Map() });
      compiled.lifetime?.hold();
    }
  }

  /** @throws AitorError `tool-exists`, `invalid-option`. */
  putFactory(name: string, factory: ToolFactory, tenants: readonly string[] | undefined): void {
    if (typeof factory !== "function") throw invalidOption(`what makes tool "${name}"`, "a function", factory);
    const owners = this.#free(toolName(name), tenants);
    for (const owner of owners) this.#add(name, owner, { factory, made: new Map() });
  }

  /** @returns When what was taken away is disposed: whether there was anything. */
  async take(name: string, tenant: string | undefined): Promise<boolean> {
    this.version++;
    const slots = this.#slots.get(name);
    const taken = slots === undefined ? [] : tenant === undefined ? [...slots.values()] : [slots.get(tenant)];
    if (tenant !== undefined) slots?.delete(tenant);
    if (tenant === undefined || slots?.size === 0) this.#slots.delete(name);
    const found = taken.filter((slot) => slot !== undefined);
    await letGo(found.flatMap(toolsIn));
    return found.length > 0;
  }

  /** Lets go what factories made for a tenant; they make it anew when it is asked for again. */
  async forget(tenant: string): Promise<void> {
    this.version++;
    const made: CompiledTool[] = [];
    for (const slots of this.#slots.values()) {
      for (const slot of slots.values()) {
        const tool = slot.made.get(tenant);
        if (tool !== undefined) made.push(tool);
        slot.made.delete(tenant);
      }
    }
    await letGo(made);
  }

  async clear(): Promise<void> {
    const slots = [...this.#slots.values()].flatMap((each) => [...each.values()]);
    this.version++;
    this.#slots.clear();
    await letGo(slots.flatMap(toolsIn));
  }

  /** The tenant's tools, in the order in which their names were registered, without those that cannot be made now. */
  of(tenant: string | undefined): readonly CompiledTool[] {
    const found: CompiledTool[] = [];
    for (const name of this.#slots.keys()) {
      try {
        const tool = this.find(name, tenant);
        if (tool !== undefined) found.push(tool);
      } catch {
        // The log was told, and so is whoever calls it.
      }
    }
    return found;
  }

  /** @throws AitorError `tool-unavailable` where a factory fails; the next one who looks tries again. */
  find(name: string, tenant: string | undefined): CompiledTool | undefined {
    const slots = this.#slots.get(name);
    const slot = (tenant === undefined ? undefined : slots?.get(tenant)) ?? slots?.get(undefined);
    if (slot?.factory === undefined || tenant === undefined) return slot?.tool;
    if (!slot.made.has(tenant)) slot.made.set(tenant, this.#make(name, slot.factory, tenant));
    return slot.made.get(tenant);
  }

  /** @throws AitorError `tool-unavailable`, and tells the log. */
  #make(name: string, factory: ToolFactory, tenant: string): CompiledTool | undefined {
    const unavailable = (got: string, cause?: unknown): Error => {
      this.version++;
      const told = `tool "${name}" is not available: ${got}`;
      activeLog()?.write("warning", "tool", Date.now(), told, { tool: name, tenant });
      return unavailableError(name, got, cause);
    };
    let compiled: CompiledTool | undefined;
    try {
      const tool = factory(tenant);
      compiled = tool === undefined ? undefined : compile(tool);
    } catch (error) {
      throw unavailable(`it could not be made for tenant "${tenant}": ${thrownText(error)}`, error);
    }
    if (compiled !== undefined && compiled.name !== name) {
      throw unavailable(`what was made for tenant "${tenant}" is called "${compiled.name}"`);
    }
    compiled?.lifetime?.hold();
    return compiled;
  }

  /** Whose it can be. @throws AitorError `tool-exists`, `invalid-option`. */
  #free(name: string, tenants: readonly string[] | undefined): readonly (string | Everybody)[] {
    const of = `tenants of tool "${name}"`;
    if (tenants !== undefined && listOf(tenants, of).length === 0) {
      throw invalidOption(of, "a list of at least one tenant, or nothing for all", tenants);
    }
    const slots = this.#slots.get(name);
    const owners = tenants?.map((tenant) => nonEmpty(tenant, `a tenant of tool "${name}"`));
    if (slots === undefined) return owners === undefined ? [undefined] : [...new Set(owners)];
    if (slots.has(undefined)) throw toolExistsError(name, "everybody's");
    const taken = owners === undefined ? [...slots.keys()] : owners.filter((owner) => slots.has(owner));
    if (taken.length === 0) return [...new Set(owners)];
    throw toolExistsError(name, `of ${taken.map((owner) => `"${owner}"`).join(", ")}`);
  }

  #add(name: string, owner: string | Everybody, slot: Slot): void {
    this.version++;
    const slots = this.#slots.get(name);
    if (slots === undefined) this.#slots.set(name, new Map([[owner, slot]]));
    else slots.set(owner, slot);
  }
}

function toolsIn({ tool, made }: Slot): readonly CompiledTool[] {
  return [tool, ...made.values()].filter((each) => each !== undefined);
}

/** All are let go, whatever becomes of some. @throws The first failure (rejects with). */
async function letGo(tools: readonly CompiledTool[]): Promise<void> {
  const outcomes = await Promise.allSettled(tools.flatMap(({ lifetime }) => lifetime?.release() ?? []));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason as Error;
}
