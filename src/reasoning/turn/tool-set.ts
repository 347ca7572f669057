import type { ToolView } from "../../tools/index.ts";

/** The tools of a run: what is asked of them. */
export type ToolSet = Pick<
  ToolView,
  "check" | "definitions" | "execute" | "has" | "mayAsk" | "needsApproval" | "refuse"
>;

/** The tools of two views. Where both have one of a name, the first view's counts. */
export function joinedTools(first: ToolView, second: ToolView): ToolSet {
  const of = (name: unknown): ToolView => (first.definitions().some((tool) => tool.name === name) ? first : second);
  return {
    definitions: () => {
      const own = first.definitions();
      const names = new Set(own.map(({ name }) => name));
      return [...own, ...second.definitions().filter(({ name }) => !names.has(name))];
    },
    check: (call, context) => of(call.name).check(call, context),
    execute: (call, ...told) => of(call.name).execute(call, ...told),
    has: (name, tenant) => of(name).has(name, tenant),
    mayAsk: (name, tenant) => of(name).mayAsk(name, tenant),
    needsApproval: (call, context) => of(call.name).needsApproval(call, context),
    refuse: (call, ...told) => of(call.name).refuse(call, ...told),
  };
}
