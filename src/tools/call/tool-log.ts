import { activeLog, type Log, type LogLevel } from "../../base/index.ts";
import type { ToolCallContext } from "../tool/tool-context.ts";
import type { ToolResult } from "../tool/tool-result.ts";

/** Tells the log of one call, where it is told anything: its arguments and its result at debug alone. */
export class ToolLog {
  readonly #context: ToolCallContext;
  readonly #run: string;
  #step: string;

  /** @param step Until its key is known, the step's name. */
  constructor(context: ToolCallContext, run: string, step: string) {
    this.#context = context;
    this.#run = run;
    this.#step = step;
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
