import { clipped, type StepContext } from "../../base/index.ts";
import type { DelegationReport } from "../sub-agents/delegation-report.ts";
import { planCounts } from "../plan/plan-text.ts";
import { type DelegatingCall, grantKey, type PlannedRun, refusalOf, type Start } from "./planned-run.ts";
import { cutOffRuns, todoText, withParents } from "./sub-agent-task.ts";
import { attemptsAsIs, type Todo } from "../plan/todo.ts";
import type { PlanChange, TodoPlan } from "../plan/todo-plan.ts";

/** What is started next. It is decided in a step of its own. What is on record of it is started again after a restart. */
interface Decision {
  readonly starts: readonly Start[];
  /** Nothing more is begun, for this reason. */
  readonly stop?: Stop;
  /** Something could start, but others have all places, or all that is left to spend. */
  readonly waits?: true;
}

type Stop = "review" | "budget" | "steered";

/** What can be started now, with its places and grants taken. */
interface Choice extends Omit<Decision, "starts"> {
  readonly chosen: readonly { readonly todo: Todo; readonly start: Omit<Start, "message"> }[];
}

/** A todo that has ended, as its step has it on record. */
interface Ended {
  readonly todo: string;
  readonly report: DelegationReport;
}

/** What a planner is told about the work on its plan. */
export interface WorkResult {
  readonly results: readonly WorkedTodo[];
  readonly progress: string;
  /** What can begin now: the most urgent. */
  readonly ready: readonly string[];
  /** Why no more was begun. */
  readonly note: string;
}

interface WorkedTodo {
  readonly todo: string;
  readonly status: string;
  readonly by: string;
  readonly result?: string;
  readonly error?: string;
  readonly partial?: string;
  readonly run?: string;
  readonly cost?: number;
}

/** Characters of all results together. */
const LONGEST_RESULTS = 12_000;
const MOST_READY = 10;

/**
 * Works on a plan: starts what is ready, each todo in a sub-agent, and continues as they end.
 *
 * After each end, a step decides what is started next. So a resumed run starts the same todos again, in whichever order their
 * ends come back from the record. Nothing is started twice, since a decision records which todos it has started.
 */
export class PlanWork {
  readonly #run: PlannedRun;
  readonly #call: DelegatingCall;
  readonly #only: ReadonlySet<string> | undefined;
  readonly #active = new Map<string, Promise<Ended>>();
  readonly #ended: Ended[] = [];
  /** Those that were given their places when it was decided to begin them. */
  readonly #placed = new Set<string>();
  /** How many grants had come back when it was decided to wait; nothing where that came from the record, with what came of it. */
  #waitsSince: number | undefined;

  constructor(run: PlannedRun, call: DelegatingCall, only: readonly string[] | undefined) {
    this.#run = run;
    this.#call = call;
    this.#only = only === undefined ? undefined : new Set(only);
  }

  async work(): Promise<WorkResult> {
    try {
      return await this.#worked();
    } finally {
      for (const id of this.#placed) this.#giveUp(id);
    }
  }

  async #worked(): Promise<WorkResult> {
    const { places, grants } = this.#run;
    const { scope } = this.#call;
    const order: string[] = [];
    let stop: Stop | undefined;
    for (;;) {
      this.#waitsSince = undefined;
      // Others may have all places for now.
      if (this.#active.size === 0 && places.free === 0) {
        await places.take(scope.abortSignal);
        places.giveBack();
      }
      const decision = await scope.step("begin", (step) => this.#decide(step, stop));
      stop ??= decision.stop;
      for (const start of decision.starts) {
        order.push(start.id);
        this.#active.set(start.id, this.#todo(start));
      }
      if (this.#active.size === 0) {
        if (decision.waits !== true) break;
        if (this.#waitsSince !== undefined) await grants.back(this.#waitsSince, scope.abortSignal);
        continue;
      }
      const ended = await Promise.race(this.#active.values());
      this.#active.delete(ended.todo);
      this.#ended.push(ended);
      stop ??= this.#review(ended);
      if (stop !== undefined && this.#active.size === 0) break;
    }
    this.#ended.sort((a, b) => order.indexOf(a.todo) - order.indexOf(b.todo));
    return this.#result(stop);
  }

  #review({ report }: Ended): Stop | undefined {
    const { review } = this.#run.planner.settings;
    if (review === "never" || (review === "failure" && report.status === "answered")) return undefined;
    return "review";
  }

  /** A step's function: what it gives is on record. */
  async #decide(step: StepContext, stopped: Stop | undefined): Promise<Decision> {
    const { plan, steered } = this.#run;
    await plan.look();
    const over = stopped ?? (steered ? "steered" : undefined);
    const before = plan.before(step);
    const { chosen, stop, waits } = over === undefined ? this.#choose(before) : { chosen: [], stop: over };
    const change = await plan.changeWith(
      step,
      (each) => each.batch((batch) => chosen.forEach(({ todo, start }) => batch.start(todo.id, start.agent))),
      ({ ids }) => (ids.length === 0 ? {} : { begun: ids }),
    );
    const cutOff = await cutOffRuns(this.#run, change.todos);
    // Of what is on record of this step already, not all may have been chosen now.
    const starts = change.todos.map((todo): Start => {
      const known = chosen.find((each) => each.todo.id === todo.id)?.start ?? this.#granted(todo, 1);
      const { id, agent = todo.assignee ?? "", grant = {}, refused } = known ?? { id: todo.id };
      const message = { problem: todoText(this.#run, change.plan, todo, cutOff.get(todo.id)), grant };
      return { id, agent, message, grant, ...(refused !== undefined && { refused }) };
    });
    for (const { todo } of chosen) if (!starts.some(({ id }) => id === todo.id)) this.#giveUp(todo.id);
    return {
      starts,
      ...(stop !== undefined && { stop }),
      ...(waits === true && this.#active.size + starts.length === 0 && { waits }),
    };
  }

  #choose(before: TodoPlan): Choice {
    const { planner, places, grants } = this.#run;
    const free = Math.min(places.free, planner.settings.parallel - this.#active.size);
    const chosen: Choice["chosen"][number][] = [];
    for (const todo of this.#candidates(before, free)) {
      const start = this.#granted(todo, Math.max(1, free - chosen.length));
      if (start === undefined) {
        if (!grants.areOut || this.#call.budget.timeLeft <= 0) return { chosen, stop: "budget" };
        // What others leave of theirs is there later.
        this.#waitsSince = grants.ended;
        return { chosen, waits: true };
      }
      chosen.push({ todo, start });
      places.occupy();
      this.#placed.add(todo.id);
    }
    return free <= 0 && this.#candidates(before, 1).length > 0 ? { chosen, waits: true } : { chosen };
  }

  /** The most urgent ones that can begin, and may. */
  #candidates(plan: TodoPlan, most: number): Todo[] {
    if (most <= 0) return [];
    const fits = (todo: Todo): boolean =>
      attemptsAsIs(todo) < this.#run.planner.settings.attempts &&
      !this.#active.has(todo.id) &&
      (this.#only === undefined || withParents(plan, todo).some(({ id }) => this.#only?.has(id)));
    const first = plan.ready(most).filter(fits);
    return first.length === most ? first : plan.ready().filter(fits).slice(0, most);
  }

  /** Nothing where nothing is left to spend. */
  #granted(todo: Todo, places: number): Omit<Start, "message"> | undefined {
    const { planner, made, plan, grants } = this.#run;
    const agent = todo.assignee ?? planner.roster.first;
    const refused = refusalOf(this.#run, agent);
    if (refused !== undefined) return { id: todo.id, agent, grant: {}, refused };
    const { total, over, byStatus } = plan.plan.progress();
    const beside = Math.max(1, Math.min(places, total - over - byStatus["in-progress"]));
    const { share } = planner.roster.get(agent, made);
    const grant = grants.next(grantKey(this.#call, todo.id), this.#call.budget, beside, share);
    return grant && { id: todo.id, agent, grant };
  }

  /** It was chosen, and does not begin. */
  #giveUp(id: string): void {
    this.#run.grants.end(grantKey(this.#call, id));
    if (this.#placed.delete(id)) this.#run.places.giveBack();
  }

  async #todo(start: Start): Promise<Ended> {
    const { places } = this.#run;
    // Also where there is none: what is on record goes on.
    if (!this.#placed.delete(start.id)) places.occupy();
    try {
      const end = { name: "end", key: start.id };
      const report = await this.#run.delegate(this.#call, start, end, (step, back) => this.#end(step, start.id, back));
      return { todo: start.id, report };
    } finally {
      places.giveBack();
    }
  }

  /** What came back stands in the plan. */
  #end(step: StepContext, id: string, report: DelegationReport): PlanChange | Promise<PlanChange> {
    const { plan } = this.#run;
    const { agent, run, cost, usage, text, status, reason = status } = report;
    return plan.changeWith(
      step,
      (each) =>
        each.batch((batch) => {
          const todo = plan.plan.get(id);
          // The planner may have done something else with it meanwhile, also begun it anew.
          if (todo?.status !== "in-progress" || todo.childCount > 0 || !plan.wasStartedBeside(step, id)) return;
          const isDone = status === "answered";
          const lastRun = {
            agent,
            ...(run !== undefined && { run }),
            ...(cost !== undefined && { cost }),
            ...(run !== undefined && { tokens: usage.inputTokens + usage.outputTokens }),
            ...(!isDone && text !== "" && { partial: text }),
          };
          if (isDone) batch.complete(id, text);
          else batch.fail(id, reason);
          batch.edit(id, { metadata: { ...todo.metadata, lastRun } });
        }),
      () => ({ ended: [id] }),
    );
  }

  #result(stop: Stop | undefined): WorkResult {
    const { plan } = this.#run.plan;
    const most = Math.floor(LONGEST_RESULTS / Math.max(1, this.#ended.length));
    const results = this.#ended.map(({ todo, report }): WorkedTodo => {
      const { agent: by, text, status, reason, run, cost } = report;
      const isDone = status === "answered";
      return {
        todo,
        status: isDone ? "completed" : "failed",
        by,
        ...(isDone && { result: clipped(text, most) }),
        ...(!isDone && { error: clipped(reason ?? status, most) }),
        ...(!isDone && text !== "" && { partial: clipped(text, most) }),
        ...(run !== undefined && { run }),
        ...(cost !== undefined && { cost }),
      };
    });
    const ready = plan.ready(MOST_READY).map(({ id }) => id);
    return { results, progress: planCounts(plan.progress()), ready, note: this.#note(plan, stop) };
  }

  #note(plan: TodoPlan, stop: Stop | undefined): string {
    const { state, byStatus } = plan.progress();
    if (state === "over" && byStatus.failed === 0) return "All todos are over: answer.";
    if (state === "over") return `All todos are over, ${byStatus.failed} failed: try another way, or answer.`;
    if (stop !== undefined) return NOTES[stop];
    const { attempts } = this.#run.planner.settings;
    const tried = plan.ready().filter((todo) => attemptsAsIs(todo) >= attempts);
    if (tried.length > 0) {
      const ids = tried.slice(0, MOST_READY).map(({ id }) => id);
      return `${ids.join(", ")} were tried ${attempts} times: split them, change them, or give them up.`;
    }
    if (state === "stuck") {
      return "What is left is blocked: skip, split or reopen what it waits for, or answer with what there is.";
    }
    if (state === "empty") return "There is no plan: make one first (plan_add).";
    if (this.#only === undefined) return "Nothing can begin now: what is left is in progress, or waits for that.";
    return "Nothing of what you named can begin now.";
  }
}

const NOTES: Readonly<Record<Stop, string>> = {
  review: "Look at the results, and change the plan where that helps. Then go on (plan_work), or answer.",
  budget: "There is no budget left for more. Answer with what there is.",
  steered: "Somebody has said something: read it before you go on.",
};
