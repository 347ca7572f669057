import { activeLog, type Log, type LogLevel, type Run } from "../../base/index.ts";
import { callContext, type ToolCall, type ToolCallContext, type ToolContext } from "../tool/tool-context.ts";
import type { ToolResult } from "../tool/tool-result.ts";

/** The name of a call's step, or scope. */
export interface CallName {
  readonly name: string;
  readonly key: string;
}

/** Tells the log of a call that nobody makes, and of which no step of its own tells: why is on record elsewhere. */
export function logRefusal(
  call: ToolCall,
  result: ToolResult,
  run: Pick<Run, "id" | "path">,
  given: ToolContext,
): void {
  if (activeLog() === undefined) return;
  const { id, name } = call;
  const log = new ToolLog(callContext({ id, name }, given), run, { name, key: id });
  log.started(call.args);
  log.ended(result);
}

/** Tells the log of one call, where it is told anything: its arguments and its result at debug alone. */
export class ToolLog {
  readonly #context: ToolCallContext;
  readonly #run: string;
  #step: string;

  /** @param run Where the step, or scope, is that has this name and key. */
  constructor(context: ToolCallContext, run: Pick<Run, "id" | "path">, { name, key }: CallName) {
    this.#context = context;
    this.#run = run.id;
    this.#step = `${run.path ?? ""}${name}[${key}]`;
  }

  started(args: unknown, step: string = this.#step): void {
    this.#step = step;
    const log = activeLog();
    if (log === undefined) return;
    this.#write(log, "info", "started", {});
    this.#write(log, "debug", "was given", { arguments: args });
  }

  ended(result: ToolResult): void {
    const log = activeLog();
    if (log === undefined) return;
    const { durationMs } = result;
    if (result.ok) {
      this.#write(log, "info", "finished", { durationMs, outcome: result.cut === true ? "cut" : "ok" });
      this.#write(log, "debug", "gave", { result: result.value });
    } else {
      this.#write(log, "warning", `failed: ${result.error.code}`, { durationMs, outcome: result.error.code });
      this.#write(log, "debug", "gave", { error: result.error });
    }
  }

  #write(log: Log, level: LogLevel, what: string, properties: Record<string, unknown>): void {
    if (!log.wants(level)) return;
    const { agent, tenant, clock, call } = this.#context;
    log.write(level, "tool", clock.now(), `tool "${call.name}" ${what}`, {
      run: this.#run,
      step: this.#step,
      tool: call.name,
      call: call.id,
      ...(agent && { agent: agent.name, agentId: agent.id }),
      ...(tenant !== undefined && { tenant }),
      ...properties,
    });
  }
}
