import { isAitorError, LLMManager } from "aitor";

import { scriptedModel } from "./scripted/scripted-model.ts";

/** The models that the environment offers, or the scripted one, which needs none. */
export function modelsOf(): { readonly llm: LLMManager; readonly scripted: boolean } {
  try {
    return { llm: LLMManager.fromEnv(), scripted: false };
  } catch (error) {
    // A name that is wrong is told; nobody else answers in its place.
    if (!isAitorError(error, "model-unknown") || process.env["AITOR_MODELS"]) throw error;
    return { llm: new LLMManager({ models: [scriptedModel()] }), scripted: true };
  }
}
