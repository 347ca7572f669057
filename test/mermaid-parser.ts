import DOMPurify from "dompurify";
import mermaid from "mermaid";

// Mermaid's flowchart parser needs a sanitizer for labels, and DOMPurify is one only where there is a DOM. Nothing is
// drawn here, so text may pass as it is.
Object.assign(DOMPurify, { addHook: () => undefined, sanitize: String });

/** Resolves if Mermaid itself reads `text` as a flowchart; rejects with Mermaid's own error otherwise. */
export async function parseFlowchart(text: string): Promise<void> {
  const { diagramType } = await mermaid.parse(text);
  if (!diagramType.startsWith("flowchart"))
    throw new Error(`expected a flowchart, got a diagram of type ${diagramType}`);
}
