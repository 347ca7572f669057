import { type RunReport, type StepReport, stepNameOf } from "../engine/index.ts";

/** What is on record in one scope of a run: its steps and scopes by name, and those of one name by key ("" for none). */
export class RecordedScope {
  readonly steps: Map<string, Map<string, StepReport>> = new Map();
  readonly scopes: Map<string, Map<string, RecordedScope>> = new Map();

  static of({ steps }: Pick<RunReport, "steps">): RecordedScope {
    const root = new RecordedScope();
    for (const step of steps) {
      const path = step.key.split("/");
      const label = path.pop() as string;
      let scope: RecordedScope = root;
      for (const segment of path) scope = entry(scope.scopes, segment, () => new RecordedScope());
      entry(scope.steps, label, () => step);
    }
    return root;
  }

  step(name: string, key = ""): StepReport | undefined {
    return this.steps.get(name)?.get(key);
  }

  scope(name: string, key = ""): RecordedScope | undefined {
    return this.scopes.get(name)?.get(key);
  }
}

/** The one of a label; of several of one name and key, which flows do not have, the first. */
function entry<Value>(byName: Map<string, Map<string, Value>>, label: string, make: () => Value): Value {
  const name = stepNameOf(label);
  const key = /\[(.*)\]/s.exec(label)?.[1] ?? "";
  const byKey = byName.get(name) ?? new Map<string, Value>();
  byName.set(name, byKey);
  const found = byKey.get(key) ?? make();
  byKey.set(key, found);
  return found;
}
