import { invalidOption } from "../base/index.ts";
import { LLMManager } from "./manager.ts";

/** Returns what an agent has for its `llm` where that is a manager. @throws AitorError `invalid-option`. */
export function checkedManager(llm: unknown, of: string): LLMManager {
  if (llm instanceof LLMManager) return llm;
  const model = typeof llm === "string" ? JSON.stringify(llm) : "…";
  throw invalidOption(`llm ${of}`, "an LLMManager", llm, `pass one: new LLMManager({ models: [${model}] })`);
}
