import { type JsonSchema, jsonSchema } from "../../tools/index.ts";
import type { DropOptions } from "../plan/arranging.ts";
import { type NewTodo, PRIORITIES, STATUSES, type TodoPart, type TodoPriority, type TodoStatus } from "../plan/todo.ts";

/** A todo as a model writes it. */
export type WrittenTodo = Omit<NewTodo, "metadata">;

export interface AddArgs {
  readonly todos: readonly WrittenTodo[];
  readonly reason?: string;
}

export interface SplitArgs {
  readonly id: string;
  readonly parts: readonly Omit<TodoPart, "metadata">[];
  readonly reason?: string;
}

export interface UpdateArgs {
  readonly todos: readonly TodoUpdate[];
  readonly reason?: string;
}

export interface TodoUpdate {
  readonly id: string;
  readonly content?: string;
  readonly priority?: TodoPriority;
  readonly dependsOn?: readonly string[];
  readonly assignee?: string | null;
  readonly before?: string;
  readonly after?: string;
}

export interface MarkArgs {
  readonly todos: readonly TodoMark[];
}

export interface TodoMark {
  readonly id: string;
  readonly status: Exclude<TodoStatus, "blocked">;
  readonly note?: string;
}

export interface DropArgs extends DropOptions {
  readonly ids: readonly string[];
}

export interface ShowArgs {
  readonly ids?: readonly string[];
}

export const text = (description: string, maxLength = 10_000): JsonSchema => ({
  type: "string",
  minLength: 1,
  maxLength,
  description,
});
const ID = text("the todo's id", 64);
export const IDS: JsonSchema = { type: "array", items: { type: "string", minLength: 1, maxLength: 64 } };

const PART: Readonly<Record<string, JsonSchema>> = {
  id: text("a short id of your own, where others of this call depend on it; without one it gets t1, t2, …", 64),
  content: text("what is to be done, so that somebody who knows nothing else can do it"),
  priority: { enum: PRIORITIES, description: "what is done first; the parent's or medium, if nothing is said" },
  dependsOn: { ...IDS, description: "ids of todos that have to be completed or skipped first" },
  assignee: text("who is to do it", 200),
};

/** The schemas of what models write, for calls of up to so many todos. */
export class PlanToolInput {
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get add(): ReturnType<typeof jsonSchema<AddArgs>> {
    const parent = text("the id of the todo that it is a part of, in the plan or earlier in this call", 64);
    const todos = this.#list(object({ ...PART, parent }, "content"));
    return jsonSchema<AddArgs>(object({ todos, reason: text("why, of a plan that there is") }, "todos"));
  }

  get split(): ReturnType<typeof jsonSchema<SplitArgs>> {
    const parts = this.#list(object(PART, "content"));
    return jsonSchema<SplitArgs>(object({ id: ID, parts, reason: text("why") }, "id", "parts"));
  }

  get update(): ReturnType<typeof jsonSchema<UpdateArgs>> {
    const { content, priority, assignee } = PART;
    const update = object(
      {
        id: ID,
        content,
        priority,
        dependsOn: { ...IDS, description: "all that it depends on from now on; [] for nothing" },
        assignee: { anyOf: [assignee, { type: "null" }] },
        before: text("the id of the sibling that it is to stand before", 64),
        after: text("the id of the sibling that it is to stand behind", 64),
      },
      "id",
    );
    return jsonSchema<UpdateArgs>(object({ todos: this.#list(update), reason: text("why") }, "todos"));
  }

  get mark(): ReturnType<typeof jsonSchema<MarkArgs>> {
    const mark = object(
      {
        id: ID,
        status: { enum: STATUSES.filter((status) => status !== "blocked"), description: "pending opens it again" },
        note: text("what came of it (completed), what went wrong (failed), or why (skipped, cancelled, pending)"),
      },
      "id",
      "status",
    );
    return jsonSchema<MarkArgs>(object({ todos: this.#list(mark) }, "todos"));
  }

  get drop(): ReturnType<typeof jsonSchema<DropArgs>> {
    const dependents = {
      enum: ["refuse", "release", "drop"],
      description: "what becomes of open todos that depend on them: release lets them go on, drop drops them too",
    };
    return jsonSchema<DropArgs>(object({ ids: this.#ids(1), reason: text("why"), dependents }, "ids", "reason"));
  }

  get show(): ReturnType<typeof jsonSchema<ShowArgs>> {
    return jsonSchema<ShowArgs>(object({ ids: { ...this.#ids(1), description: "of todos to be shown as a whole" } }));
  }

  #list(items: JsonSchema): JsonSchema {
    return { type: "array", minItems: 1, maxItems: this.#most, items };
  }

  #ids(minItems: number): JsonSchema {
    return { ...IDS, minItems, maxItems: this.#most };
  }
}

function object(properties: Readonly<Record<string, JsonSchema | undefined>>, ...required: string[]): JsonSchema {
  return { type: "object", properties, required, additionalProperties: false };
}
