import { LLMManager, type LLMProvider, type ProviderEvent, Secret, userMessage } from "../src/index.ts";
import { caseRows } from "./case-rows.ts";
import type { Case, Contender } from "./contender.ts";
import { measure, median } from "./measure.ts";
import { piStream } from "./pi.ts";
import type { Row } from "./row.ts";

const DELTAS = 20_000;
const WORDS = ["Paris ", "is ", "the ", "capital", ", and ", "it ", "has ", "been ", "so ", "for long. "];
/** Most microseconds that a delta may take with redaction on. */
const REDACTED_GOAL = 1;

/** A model's text, in pieces, without any waiting. */
async function* pieces(): AsyncGenerator<string> {
  for (let index = 0; index < DELTAS; index++) yield WORDS[index % WORDS.length] as string;
}

/** The cost of a text delta from an in-process model to one subscriber, beside pi's agent; and with redaction on. */
export async function streamRows(rounds: number): Promise<Row[]> {
  const peer = await piStream(pieces);
  if ("reason" in peer) console.log(`${peer.name} is not measured: ${peer.reason}\n`);
  const contenders = [raw, aitor("aitor"), ...("run" in peer ? [peer] : [])];
  const plain = await rowsOf({ name: "one subscriber", contenders }, rounds);
  against(plain, peer.name);

  // From here on the process knows secrets, as one with two providers and a vault does.
  for (let number = 0; number < 4; number++) new Secret(`sk-bench-${number}-${"0123456789abcdef".repeat(4)}`);
  const redacted: Contender = aitor("aitor");
  const guarded = await rowsOf(
    { name: "one subscriber, redaction on", contenders: [raw, redacted], goal: REDACTED_GOAL },
    rounds,
  );
  return [...plain, ...guarded];
}

async function rowsOf(subject: Pick<Case, "name" | "contenders" | "goal">, rounds: number): Promise<Row[]> {
  const whole: Case = { workload: "stream", n: DELTAS, unit: "delta", ...subject };
  return caseRows(whole, await measure(whole, rounds));
}

function against(rows: readonly Row[], peer: string): void {
  const of = (name: string): number | undefined => {
    const row = rows.find(({ contender }) => contender === name);
    return row && median(row.samples);
  };
  const [own, theirs] = [of("aitor"), of(peer)];
  if (own === undefined || theirs === undefined) return;
  console.log(`  aitor is ${(own / theirs).toFixed(2)} × ${peer}   goal ≤ 1: ${own <= theirs ? "met" : "MISSED"}\n`);
}

const raw: Contender = {
  name: "raw",
  work: "a loop over the pieces",
  run: async () => {
    let length = 0;
    for await (const text of pieces()) length += text.length;
    return length;
  },
};

/** The whole way of a call: prompt, attempt, answer, usage, events. */
function aitor(name: string): Contender {
  const provider: LLMProvider = {
    provider: "bench",
    model: "pieces",
    async *stream(): AsyncGenerator<ProviderEvent> {
      // As `pieces`: one promise for each delta, as from a connection, and no layer besides.
      for (let index = 0; index < DELTAS; index++) {
        yield { type: "text-delta", text: WORDS[index % WORDS.length] as string };
      }
      yield { type: "finish", reason: "stop", usage: { inputTokens: 10, outputTokens: DELTAS } };
    },
  };
  const manager = new LLMManager({ models: [provider] });
  const messages = [userMessage("What is the capital of France?")];
  return {
    name,
    work: "a manager's stream, read by one subscriber; the answer kept",
    run: async () => {
      let length = 0;
      for await (const event of manager.stream({ messages })) {
        if (event.type === "text-delta") length += event.text.length;
      }
      return length;
    },
  };
}
