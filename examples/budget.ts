import { Budget, foldUsage, isBudgetExceeded, LLMManager, type ModelCall, userMessage } from "aitor";
import { MockProvider } from "aitor/testing";

const model = new MockProvider([{ text: "Done.", usage: { inputTokens: 6, outputTokens: 200 } }], {
  price: { input: 1, output: 5 }, // US dollars per million tokens; known models have their prices
  maxOutputTokens: 400,
});
const llm = new LLMManager({ models: [model] });
const limits = { tokens: 1_000, usd: 0.01 };
await llm.checkBudget(limits); // refuses a limit in dollars if a model's price is not known

const budget = new Budget(limits);
const calls: ModelCall[] = [];
const ask = (share: Budget): Promise<unknown> =>
  llm.generate({ messages: [userMessage("Work!")], budget: share, onCall: (call) => calls.push(call) });

// Five at once, from two shares of one budget. Each call reserves the most that it may cost, and settles what it cost.
const [research, writing] = [budget.child("research", { share: 0.5 }), budget.child("writing")];
await Promise.all([research, research, writing, writing, writing].map(ask));
console.log(model.calls.map(({ maxOutputTokens }) => maxOutputTokens));
console.log(budget.spent, research.spent.tokens);

// Nothing is left: nothing is sent.
const error = await ask(writing).catch((thrown: unknown) => thrown);
if (isBudgetExceeded(error)) console.log(error.message.split("\n")[0], "|", error.data.measure);

// What a journal's `model-called` events say, by model.
const events = calls.map(
  (data) => ({ v: 1, stream: "r", seq: 1, at: 0, run: "r", key: "k", type: "model-called", data }) as const,
);
const { calls: answered, cost } = foldUsage(events, { by: "model" })["mock/scripted"] ?? {};
console.log(answered, cost?.toFixed(4));

/* prints:
[ 400, 400, 288, 376, 170 ]
{ steps: 0, tokens: 1000, usd: 0.00488 } 412
budget has no tokens left for this | tokens
5 0.0049
*/
