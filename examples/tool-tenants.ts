import { calculator, tool, ToolRegistry } from "aitor";
import { z } from "zod";

const registry = new ToolRegistry({ tools: [calculator], policy: { deny: { access: ["exec"] } } });

// Made for each tenant when the tenant first asks: with the tenant's own credentials, or not at all.
const tokens = new Map([
  ["acme", "token of acme"],
  ["zeta", "token of zeta"],
]);
registry.registerFactory("find_invoice", (tenant) => {
  const token = tokens.get(tenant);
  if (token === undefined) return undefined;
  return tool({
    name: "find_invoice",
    description: "Finds an invoice.",
    access: ["read", "external"],
    input: z.object({ id: z.string() }),
    run: ({ id }) => `invoice ${id}, with the ${token}`,
  });
});

// A view is what one tenant, or one agent, sees and may call. It is checked again at each call.
const acme = registry.view({ tenant: "acme" });
const reader = acme.view({ policy: { allow: { access: ["read"] } } });
const other = registry.view({ tenant: "other" });
for (const view of [acme, reader, other]) {
  console.log(view.list().map(({ name }) => name));
  const result = await view.call("find_invoice", { id: "7" });
  console.log(result.ok ? result.value : result.error.code);
}

/* prints:
[ 'calculator', 'find_invoice' ]
invoice 7, with the token of acme
[ 'calculator' ]
denied
[ 'calculator' ]
unknown-tool
*/
