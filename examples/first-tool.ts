import { calculator, tool, ToolRegistry } from "aitor";
import { z } from "zod";

const orders = new Map([["A-7", { item: "lamp", euros: 40 }]]);

// What a model writes is checked before the function is called. The types are inferred.
const findOrder = tool({
  name: "find_order",
  description: "Finds an order by its id, such as A-7.",
  access: "read",
  input: z.object({ id: z.string().regex(/^[A-Z]-\d+$/) }),
  timeout: "5s",
  run: ({ id }) => orders.get(id) ?? Promise.reject(new Error(`there is no order ${id}`)),
});

const registry = new ToolRegistry({ tools: [findOrder, calculator] });
console.log(registry.definitions()[0]); // for the model

// A model sends a value or its JSON. What the model can correct is a failure that it reads, never an exception.
const sent = [
  { name: "find_order", args: '{"id": "A-7"}' },
  { name: "findOrder", args: { id: "A-7" } },
  { name: "find_order", args: { order: "A-7" } },
  { name: "find_order", args: { id: "A-8" } },
];
for (const { name, args } of sent) {
  const result = await registry.call(name, args);
  console.log(result.ok ? result.value : result.error.message);
}

/* prints:
{
  name: 'find_order',
  description: 'Finds an order by its id, such as A-7.',
  inputSchema: {
    type: 'object',
    properties: { id: [Object] },
    required: [ 'id' ],
    additionalProperties: false
  }
}
{ item: 'lamp', euros: 40 }
there is no tool "findOrder"; expected: one of "find_order", "calculator"; got: "findOrder"; did you mean "find_order"?
tool "find_order" was not called, its arguments do not fit: argument order: expected no other fields than "id", got "A-7"; argument id: expected string, got nothing
tool "find_order" failed: there is no order A-8
*/
