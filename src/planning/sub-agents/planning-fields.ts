import { type MemoryCodec, TakenInPart } from "../../agent/index.ts";
import { AitorError, describe, type EventEnvelope, isSchema, messageOf, validate } from "../../base/index.ts";
import { LOOP, type MemoryFields, type RecordedReasoningEvent, type UsageAdded } from "../../reasoning/index.ts";
import type { PlanEvent } from "../plan/plan-event.ts";
import type { PlanLimits } from "../plan/plan-limits.ts";
import { droppedBy, type TodoOutcome } from "../plan/plan-outcome.ts";
import { addressOf, runOf } from "./agent-address.ts";
import { isMadeAgent, type MadeAgent } from "./sub-agent.ts";
import { recordedPlan, TodoPlan } from "../plan/todo-plan.ts";
import { readUnderWay, type TodoUnderWay, withRunsOf } from "./todo-under-way.ts";

/** What a planning agent remembers in addition to what a reasoning agent does. */
export interface PlanningFields<Own = Record<string, never>> {
  readonly plan: TodoPlan;
  /** The sub-agents that the model made. */
  readonly agents: readonly MadeAgent[];
  /** The todos that sub-agents are working on. */
  readonly underWay: readonly TodoUnderWay[];
  /** The outcomes of todos that were taken out of the plan. */
  readonly dropped: readonly TodoOutcome[];
  /** The keys of the steps that changed the plan in the turn that has not ended. With them, a change counts once. */
  readonly changes: readonly string[];
  /** The plan before the first of these. */
  readonly before?: TodoPlan;
  /** How many runs and steps sub-agents took in the run under way, or in the last one. */
  readonly delegated: { readonly runs: number; readonly steps: number };
  /** Your own fields. See `fields` of an agent's options. */
  readonly own: Own;
}

/** The events that the journal keeps of a planning agent's run: those of a reasoning agent's run, and these. */
export type RecordedPlanningEvent =
  | RecordedReasoningEvent
  | EventEnvelope<typeof PLAN_CHANGED, PlanChanged>
  | EventEnvelope<typeof AGENT_MADE, SubAgentMade>;

/** The data of the event that a step records when it changes the plan. */
export interface PlanChanged {
  /** The key of the step. */
  readonly key: string;
  readonly events: readonly PlanEvent[];
  /** The todos that a sub-agent begins, and those that one has ended. */
  readonly begun?: readonly string[];
  readonly ended?: readonly string[];
}

/** The model made a sub-agent. */
export interface SubAgentMade {
  readonly agent: MadeAgent;
}

export const PLAN_CHANGED = "plan-changed";
export const AGENT_MADE = "sub-agent-made";
/** The message that empties the plan. */
export const CLEAR_PLAN = "clear-plan";

type Fields = PlanningFields<unknown>;

const NOTHING = { runs: 0, steps: 0 };

interface FoldedFields<All> extends MemoryFields<All> {
  readonly apply: (fields: All, event: EventEnvelope) => All;
  readonly codec: Required<MemoryCodec<All>>;
}

/** Returns the memory's fields of a planning agent: the plan as a fold of what its steps record, besides the user's own fields. */
export function planningFields<Own>(
  limits: PlanLimits,
  own: MemoryFields<Own> | undefined,
): FoldedFields<PlanningFields<Own>> {
  const initial = (): Fields => ({
    plan: TodoPlan.empty(limits),
    agents: [],
    underWay: [],
    dropped: [],
    changes: [],
    delegated: NOTHING,
    own: own === undefined ? {} : own.initial(),
  });
  const apply = (fields: Fields, event: EventEnvelope): Fields => {
    const next = after(fields, event);
    const mine = own?.apply === undefined ? next.own : applied(own.apply, next, event);
    return mine === next.own ? next : { ...next, own: mine };
  };
  const codec: Required<MemoryCodec<Fields>> = {
    encode: ({ plan, before, own: mine, ...rest }) => ({
      ...rest,
      plan: plan.toJSON(),
      ...(before !== undefined && { before: before.toJSON() }),
      own: own?.codec === undefined ? mine : own.codec.encode(mine as Own),
    }),
    decode: (value) => decoded(value, initial(), limits, own?.codec as MemoryCodec<unknown> | undefined),
    leftOut: (fields) => LEFT_OUT.get(fields) ?? [],
  };
  const migrate = own?.migrate;
  const schema = own?.schema;
  return {
    initial,
    apply,
    codec,
    ...(migrate !== undefined && {
      migrate: (fields: unknown, from: string) => {
        if (WITH_NEW_OWN.has(fields as Fields)) return fields;
        return { ...(fields as Fields), own: migrate((fields as Fields).own, from) };
      },
    }),
    ...(schema !== undefined &&
      isSchema(schema) && {
        schema: {
          "~standard": {
            version: 1,
            vendor: "aitor",
            validate: (fields: unknown) => {
              const mine = validate(schema, (fields as Fields).own, "the fields of a memory");
              if (mine instanceof Promise) throw new Error("its schema is asynchronous");
              return { value: { ...(fields as Fields), own: mine } };
            },
          },
        },
      }),
  } as unknown as FoldedFields<PlanningFields<Own>>;
}

/** @throws TakenInPart: a fault of the user's keeps nothing out of the plan. */
function applied<Own>(apply: (own: Own, event: EventEnvelope) => Own, fields: Fields, event: EventEnvelope): Own {
  try {
    return apply(fields.own as Own, event);
  } catch (thrown) {
    throw TakenInPart.of(thrown, fields.own, (own) => ({ ...fields, own }));
  }
}

function after(fields: Fields, { type, key, data, at, run }: EventEnvelope): Fields {
  switch (type) {
    case PLAN_CHANGED:
      return changed(fields, data as PlanChanged, run);
    case AGENT_MADE: {
      const { agent } = data as SubAgentMade;
      const known = fields.agents.some(({ name }) => name === agent.name);
      return known ? fields : { ...fields, agents: [...fields.agents, agent] };
    }
    case "usage-added": {
      const { steps = 0 } = data as UsageAdded;
      const { delegated } = fields;
      return { ...fields, delegated: { runs: delegated.runs + 1, steps: delegated.steps + steps } };
    }
    case "turn-finished":
    case "loop-finished":
      return key === LOOP && fields.changes.length > 0 ? withoutChanges(fields) : fields;
    case "message-received":
      return received(fields, (data as { readonly message: unknown }).message, at);
    case "run-finished":
    case "run-failed":
    case "run-cancelled":
      return ended(fields, at);
    default:
      return fields;
  }
}

function changed(fields: Fields, { key, events, begun = [], ended = [] }: PlanChanged, run: string): Fields {
  const { changes, underWay, dropped, plan, before = plan } = fields;
  if (changes.includes(key)) return fields;
  const now = plan.apply(events);
  const drops = events.some(({ type }) => type === "todo-dropped");
  const left = [...underWay];
  for (const todo of begun) {
    const agent = now.get(todo)?.assignee ?? "";
    left.push({ todo, run: runOf({ agent, task: todo }, run, key) });
  }
  // Of a todo that was begun anew meanwhile, the one of that call has ended.
  for (const task of ended) {
    const at = left.findIndex(({ todo, run: of }) => {
      return todo === task && (of === undefined || of === runOf({ agent: addressOf(of).agent, task }, run, key));
    });
    if (at !== -1) left.splice(at, 1);
  }
  return {
    ...fields,
    plan: now,
    ...(drops && { dropped: [...dropped, ...droppedBy(withRunsOf(plan, underWay), events)] }),
    changes: [...changes, key],
    before,
    underWay: left,
  };
}

/** A plan that is over makes room for that of the next problem; one with something left goes on. */
function received(fields: Fields, message: unknown, at: number): Fields {
  const { tell, clear } = (typeof message === "object" && message !== null ? message : {}) as {
    readonly tell?: { readonly type?: unknown };
    readonly clear?: unknown;
  };
  const { plan } = fields;
  const clears = tell?.type === CLEAR_PLAN || clear === "all";
  const isCommand =
    tell !== undefined || clear !== undefined || (message as { set?: unknown } | null)?.set !== undefined;
  const begun = isCommand ? fields : { ...fields, delegated: NOTHING };
  const isOver = ["over", "empty"].includes(plan.progress().state);
  if (!(clears || (!isCommand && isOver))) return begun;
  return { ...begun, plan: plan.apply([{ type: "plan-cleared", at, reason: "a new problem" }]), dropped: [] };
}

/** What a sub-agent was at when the run ended is to be done again: nobody is at it. */
function ended(fields: Fields, at: number): Fields {
  const { underWay, changes } = fields;
  if (underWay.length === 0 && changes.length === 0) return fields;
  const plan = withRunsOf(fields.plan, underWay, { cutOff: true });
  const cutOff = underWay.filter(({ todo }) => plan.get(todo)?.status === "in-progress");
  const reason = "it was cut off: the run ended";
  const reopened = plan.apply(cutOff.map(({ todo: id }) => ({ type: "todo-reopened", at, id, reason })));
  return { ...withoutChanges(fields), plan: reopened, underWay: [] };
}

function withoutChanges(fields: Fields): Fields {
  const { before: _, ...rest } = fields;
  return { ...rest, changes: [] };
}

/** What could not be read of fields that were. */
const LEFT_OUT = new WeakMap<Fields, readonly Error[]>();

/** Fields in which a user's own could not be read: these are new, and of this version. */
const WITH_NEW_OWN = new WeakSet<Fields>();

/** Each part for itself: where one cannot be read, it is a new one. @throws AitorError `invalid-plan`. */
function decoded(value: unknown, initial: Fields, limits: PlanLimits, own: MemoryCodec<unknown> | undefined): Fields {
  if (typeof value !== "object" || value === null) throw fieldsError(value);
  const {
    plan,
    before,
    agents,
    underWay,
    dropped,
    changes,
    delegated,
    own: mine,
  } = value as Readonly<Record<string, unknown>>;
  const errors: Error[] = [];
  const read = <Part>(decode: () => Part, otherwise: Part): Part => {
    try {
      return decode();
    } catch (error) {
      errors.push(error instanceof Error ? error : new Error(messageOf(error)));
      return otherwise;
    }
  };
  const planBefore = before === undefined ? undefined : read(() => recordedPlan(before, limits), undefined);
  const ownRead = mine === undefined || own === undefined ? mine : read(() => own.decode(mine), undefined);
  const fields: Fields = {
    plan: read(() => recordedPlan(plan, limits), initial.plan),
    ...(planBefore !== undefined && { before: planBefore }),
    agents: Array.isArray(agents) ? agents.filter(isMadeAgent) : initial.agents,
    underWay: readUnderWay(underWay),
    dropped: Array.isArray(dropped) ? (dropped as TodoOutcome[]) : [],
    changes: Array.isArray(changes) ? (changes as string[]) : [],
    delegated: { ...NOTHING, ...(delegated as Fields["delegated"] | undefined) },
    own: ownRead === undefined ? initial.own : ownRead,
  };
  if (ownRead === undefined) WITH_NEW_OWN.add(fields);
  errors.push(...(own?.leftOut?.(fields.own) ?? []));
  if (errors.length > 0) LEFT_OUT.set(fields, errors);
  return fields;
}

function fieldsError(value: unknown): AitorError<"invalid-plan"> {
  return new AitorError({
    code: "invalid-plan",
    message: "the fields of a planning agent's memory cannot be read",
    expected: "{ plan, agents, own }",
    got: describe(value),
    fix: "import what exportMemory gave",
    retryable: false,
  });
}
