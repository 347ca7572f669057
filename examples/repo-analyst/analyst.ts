import { defineAnalyst } from "./define-analyst.ts";
import { modelsOf } from "./models.ts";

/** What answers: models of the environment, or fixed rules. */
export const models = modelsOf();

/** The agent of a folder; `aitor chat`, `aitor ask` and `aitor resume` take it from here. */
export const repoAnalyst = defineAnalyst(models.llm);
