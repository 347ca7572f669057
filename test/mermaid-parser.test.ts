import { expect, test } from "vitest";
import { parseFlowchart } from "./mermaid-parser.ts";

test("a flowchart with quoted labels, classes and edges is accepted", async () => {
  await parseFlowchart(
    [
      "flowchart TD",
      '  n0["clean #quot;me#quot; &lt;now&gt;"]',
      '  n1["words #91;0#93;"]',
      "  n0 --> n1",
      '  n0 -- "side by side" --> n2["chars"]',
      "  classDef done fill:#dfd,stroke:#070",
      "  class n0,n1 done",
    ].join("\n"),
  );
});

test.each([
  ["an edge without an end", "flowchart TD\n  a -->"],
  ["an unclosed label", 'flowchart TD\n  a["open --> b'],
  ["a bracket in a bare label", "flowchart TD\n  a[one]two] --> b"],
  ["no diagram at all", "hello"],
  ["a diagram of another type", "sequenceDiagram\n  a->>b: hi"],
])("%s is refused", async (_, text) => {
  await expect(parseFlowchart(text)).rejects.toThrow();
});
