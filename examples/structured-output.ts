import { LLMManager, type ModelEvent, userMessage } from "aitor";
import { MockProvider } from "aitor/testing";
import { z } from "zod";

const City = z.object({ name: z.string(), people: z.number().int(), districts: z.array(z.string()) });

// A model that has to be told twice.
const model = new MockProvider([
  '{ "name": "Berlin", "people": "many", "districts": [] }',
  'Sorry! ```json\n{ "name": "Berlin", "people": 3_700_000, "districts": ["Mitte", "Pankow"], }\n```'.replace(/_/g, ""),
]);
const llm = new LLMManager({ models: [model] });
const messages = [userMessage("Tell me about Berlin.")];

const { object, calls } = await llm.generateObject({ messages, schema: City });
console.log(object.people / 1e6, object.districts, calls.length);

// As it comes: what is known so far.
const again = new LLMManager({ models: [new MockProvider([{ object, pause: 1 }], { chunk: 16 })] });
const known = (event: ModelEvent): string[] =>
  event.type === "object-delta" ? Object.keys(event.object as object) : [];
const seen = new Set<string>();
for await (const event of again.stream({ messages, output: { schema: City } })) {
  for (const field of known(event)) seen.add(field);
}
console.log([...seen]);

/* prints:
3.7 [ 'Mitte', 'Pankow' ] 2
[ 'name', 'people', 'districts' ]
*/
