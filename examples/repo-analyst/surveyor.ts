import { defineSurveyor } from "./define-surveyor.ts";
import { modelsOf } from "./models.ts";

/** What answers: models of the environment, or fixed rules. */
export const models = modelsOf();

/** The agent of a survey; `aitor resume` takes it from here. */
export const repoSurveyor = defineSurveyor(models.llm);
