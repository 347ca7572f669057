import { isBad, isMet, isOver, PRIORITIES, STATUSES, type TodoPriority, type TodoStatus } from "./plan/todo.ts";

export interface NaiveTodo {
  readonly id: string;
  readonly parent: string | undefined;
  priority: TodoPriority;
  dependsOn: string[];
  own: TodoStatus;
}

export type NaiveNew = Pick<NaiveTodo, "id" | "dependsOn"> & {
  readonly parent?: string | undefined;
  readonly priority?: TodoPriority | undefined;
};

/** A plan that counts nothing and looks everything up: what a plan has to agree with. Commands give the code of their error. */
export class NaivePlan {
  /** Siblings stand in their order. */
  todos: NaiveTodo[] = [];
  readonly maxTodos: number;
  readonly maxDepth: number;

  constructor(maxTodos: number, maxDepth: number) {
    this.maxTodos = maxTodos;
    this.maxDepth = maxDepth;
  }

  get(id: string | undefined): NaiveTodo | undefined {
    return this.todos.find((todo) => todo.id === id);
  }

  children(id: string | undefined): NaiveTodo[] {
    return this.todos.filter(({ parent }) => parent === id);
  }

  depth({ parent }: NaiveTodo): number {
    return parent === undefined ? 0 : 1 + this.depth(this.get(parent) as NaiveTodo);
  }

  inOrder(id?: string): NaiveTodo[] {
    return this.children(id).flatMap((todo) => [todo, ...this.inOrder(todo.id)]);
  }

  waitsFor(todo: NaiveTodo | undefined): NaiveTodo[] {
    if (todo === undefined) return [];
    const own = todo.dependsOn.map((id) => this.get(id) as NaiveTodo).filter((on) => !isMet(this.status(on)));
    return [...new Set([...own, ...this.waitsFor(this.get(todo.parent))])];
  }

  status(todo: NaiveTodo): TodoStatus {
    const children = this.children(todo.id).map((child) => this.status(child));
    if (children.length === 0) {
      const isStuck = this.waitsFor(todo).some((on) => isBad(this.status(on)));
      return todo.own === "pending" && isStuck ? "blocked" : todo.own;
    }
    if (children.includes("in-progress") || (children.includes("pending") && children.some(isOver)))
      return "in-progress";
    const order = ["pending", "blocked", "failed", "cancelled", "completed", "skipped"] as const;
    return order.find((status) => children.includes(status)) as TodoStatus;
  }

  leaves(): NaiveTodo[] {
    return this.inOrder().filter(({ id }) => this.children(id).length === 0);
  }

  ready(): string[] {
    const rank = ({ priority }: NaiveTodo): number => PRIORITIES.indexOf(priority);
    return this.leaves()
      .filter((todo) => this.status(todo) === "pending" && this.waitsFor(todo).length === 0)
      .sort((a, b) => rank(a) - rank(b) || this.depth(b) - this.depth(a))
      .map(({ id }) => id);
  }

  byStatus(): Record<string, number> {
    const statuses = this.leaves().map((todo) => this.status(todo));
    return Object.fromEntries(STATUSES.map((status) => [status, statuses.filter((each) => each === status).length]));
  }

  isCyclic(): boolean {
    const after = new Map<string, string[]>();
    const edge = (from: string, to: string): void => void after.set(from, [...(after.get(from) ?? []), to]);
    for (const { id, parent, dependsOn } of this.todos) {
      edge(`begin ${id}`, `end ${id}`);
      for (const on of dependsOn) edge(`end ${on}`, `begin ${id}`);
      if (parent === undefined) continue;
      edge(`begin ${parent}`, `begin ${id}`);
      edge(`end ${id}`, `end ${parent}`);
    }
    const done = new Set<string>();
    const visit = (moment: string, path: readonly string[]): boolean => {
      if (path.includes(moment)) return true;
      if (done.has(moment)) return false;
      done.add(moment);
      return (after.get(moment) ?? []).some((next) => visit(next, [...path, moment]));
    };
    return [...after.keys()].some((moment) => visit(moment, []));
  }

  add(news: readonly NaiveNew[]): string | undefined {
    const before = this.todos;
    const refuse = (code: string): string => {
      this.todos = before;
      return code;
    };
    if (before.length + news.length > this.maxTodos) return "plan-full";
    this.todos = [...before];
    for (const { id, parent, priority, dependsOn } of news) {
      if (this.get(id) !== undefined) return refuse("todo-exists");
      const above = this.get(parent);
      if (parent !== undefined && above === undefined) return refuse("unknown-todo");
      const todo: NaiveTodo = {
        id,
        parent,
        priority: priority ?? above?.priority ?? "medium",
        dependsOn: [...new Set(dependsOn)],
        own: "pending",
      };
      const isOld = above !== undefined && before.includes(above);
      if (isOld && this.children(above.id).length === 0 && !isToDo(above.own)) return refuse("todo-status");
      if (this.depth(todo) >= this.maxDepth) return refuse("plan-too-deep");
      this.todos.push(todo);
    }
    if (news.some(({ dependsOn }) => dependsOn.some((on) => this.get(on) === undefined))) return refuse("unknown-todo");
    if (this.isCyclic()) return refuse("todo-cycle");
    // A heading is nothing that was done itself.
    for (const { parent } of news) if (parent !== undefined) (this.get(parent) as NaiveTodo).own = "pending";
    return undefined;
  }

  mark(id: string, own: "in-progress" | "completed" | "failed"): string | undefined {
    const todo = this.get(id);
    if (todo === undefined) return "unknown-todo";
    if (this.children(id).length > 0) return "todo-has-children";
    const status = this.status(todo);
    if (isOver(status) || (own === "in-progress" && status === own)) return "todo-status";
    if (status !== "in-progress" && this.waitsFor(todo).length > 0) return "todo-not-ready";
    todo.own = own;
    return undefined;
  }

  leave(id: string, own: "skipped" | "cancelled"): string | undefined {
    const todo = this.get(id);
    if (todo === undefined) return "unknown-todo";
    const counts = own === "skipped" ? (status: TodoStatus) => !isMet(status) : (status: TodoStatus) => !isOver(status);
    const left = [todo, ...this.inOrder(id)].filter(
      (each) => this.children(each.id).length === 0 && counts(this.status(each)),
    );
    for (const each of left) each.own = own;
    return left.length === 0 ? "todo-status" : undefined;
  }

  reopen(id: string): string | undefined {
    const todo = this.get(id);
    if (todo === undefined) return "unknown-todo";
    if (this.children(id).length > 0) return "todo-has-children";
    if (todo.own === "pending") return "todo-status";
    todo.own = "pending";
    return undefined;
  }

  depend(id: string, dependsOn: readonly string[]): string | undefined {
    const todo = this.get(id);
    if (todo === undefined) return "unknown-todo";
    if (this.children(id).length === 0 && !isToDo(todo.own)) return "todo-status";
    if (dependsOn.some((on) => this.get(on) === undefined)) return "unknown-todo";
    const before = todo.dependsOn;
    todo.dependsOn = [...new Set(dependsOn)];
    if (!this.isCyclic()) return undefined;
    todo.dependsOn = before;
    return "todo-cycle";
  }

  reprioritise(id: string, priority: TodoPriority): string | undefined {
    const todo = this.get(id);
    if (todo === undefined) return "unknown-todo";
    for (const each of this.inOrder(id)) if (!isOver(this.status(each))) each.priority = priority;
    todo.priority = priority;
    return undefined;
  }

  reorder(id: string, place: "before" | "after", other: string): string | undefined {
    const [todo, sibling] = [this.get(id), this.get(other)];
    if (todo === undefined || sibling === undefined) return "unknown-todo";
    if (todo.parent !== sibling.parent) return "invalid-todo";
    if (todo === sibling) return undefined;
    const others = this.todos.filter((each) => each !== todo);
    others.splice(others.indexOf(sibling) + (place === "after" ? 1 : 0), 0, todo);
    this.todos = others;
    return undefined;
  }

  drop(ids: readonly string[], dependents: "refuse" | "release" | "drop"): string | undefined {
    if (ids.some((id) => this.get(id) === undefined)) return "unknown-todo";
    const dropped = new Set(ids.flatMap((id) => [id, ...this.inOrder(id).map((todo) => todo.id)]));
    const needing = (): NaiveTodo[] =>
      this.todos.filter(
        (todo) => !dropped.has(todo.id) && todo.dependsOn.some((on) => dropped.has(on)) && !isOver(this.status(todo)),
      );
    if (dependents === "refuse" && needing().length > 0) return "todo-needed";
    for (let more = needing(); dependents === "drop" && more.length > 0; more = needing()) {
      for (const { id } of more) for (const each of [{ id }, ...this.inOrder(id)]) dropped.add(each.id);
    }
    const order = ["completed", "skipped"];
    const tops = this.todos
      .filter(({ id, parent }) => dropped.has(id) && !(parent !== undefined && dropped.has(parent)))
      .map((todo) => ({ todo, done: order.indexOf(this.status(todo)) }));
    for (const { todo } of tops.sort((a, b) => b.done - a.done)) {
      for (const each of [todo, ...this.inOrder(todo.id)].reverse()) this.#remove(each);
    }
    return undefined;
  }

  #remove(todo: NaiveTodo): void {
    const parent = this.get(todo.parent);
    const whole = parent && this.status(parent);
    this.todos = this.todos.filter((each) => each !== todo);
    for (const each of this.todos) each.dependsOn = each.dependsOn.filter((on) => on !== todo.id);
    if (parent === undefined || this.children(parent.id).length > 0) return;
    parent.own = whole === "completed" || whole === "skipped" ? whole : "pending";
  }
}

/** Open, or failed. */
function isToDo(own: TodoStatus): boolean {
  return !isMet(own) && own !== "cancelled";
}
