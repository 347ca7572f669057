import { Aitorflow, type FlowEdges, isAitorError, task } from "aitor";

const library = [
  task("upper", (text: string) => text.toUpperCase()),
  task("length", (text: string) => text.length),
  task("label", (text: string, length: number, unit: string) => `${text}: ${length} ${unit}`),
];

// As it may come from a file or an editor.
const graph = JSON.parse(`{
  "inputs": ["text", "unit"],
  "edges": [["text", "upper"], ["text", "length"], ["upper", "label"], ["length", "label"], ["unit", "label"]]
}`) as FlowEdges;

const flow = Aitorflow.fromEdges("labels", graph, library);
console.log((await flow.run({ text: "lamp", unit: "letters" })).output);

try {
  Aitorflow.fromEdges(
    "broken",
    {
      edges: [
        ["upper", "length"],
        ["length", "label"],
        ["label", "upper"],
      ],
    },
    library,
  );
} catch (error) {
  if (isAitorError(error, "invalid-flow")) console.log(error.got);
}

/* prints:
LAMP: 4 letters
a cycle: upper → length → label → upper
*/
