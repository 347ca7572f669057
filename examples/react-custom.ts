import { AitorHost, LLMManager, ReactAgent, type ReasoningDefinition } from "aitor";
import { MockProvider } from "aitor/testing";

interface Session {
  readonly drafts: number;
}

const model = new MockProvider([
  "lorem ipsum",
  { text: "Long live brevity.", usage: { inputTokens: 40, outputTokens: 8 } },
]);

// Your own class is a definition with methods of its own.
class Writer extends ReactAgent<Session> {
  override readonly name = "writer";

  protected override reasoning(): ReasoningDefinition<Session, Record<string, never>> {
    return {
      llm: new LLMManager({ models: [model] }),
      instructions: ({ memory }) => `You write short lines. You have written ${memory.stats.runs - 1} before.`,
      context: () => ({ drafts: 0 }),
      hooks: {
        // A returned text says what was wrong. The model is shown it and asked again.
        afterModel: ({ reply }) =>
          reply.message.parts.some((part) => part.type === "text" && part.text.includes("lorem"))
            ? "Write real words."
            : undefined,
        afterTurn: ({ turn, reply }) => console.log(turn, reply),
      },
      stopWhen: ({ turn }) => turn >= 5,
    };
  }

  async line(about: string): Promise<string> {
    return (await this.chat(`A line about ${about}.`)).toUpperCase();
  }
}

await using host = new AitorHost({ agents: [Writer] });
const writer = await host.open(Writer, "1");
console.log(await writer.line("brevity"));

/* prints:
1 lorem ipsum
2 Long live brevity.
LONG LIVE BREVITY.
*/
