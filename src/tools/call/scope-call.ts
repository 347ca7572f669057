import { AitorError, type Run } from "../../base/index.ts";
import type { JudgedCall } from "./accepted-call.ts";
import type { CompiledTool } from "../tool/compiled-tool.ts";
import { cutOutput, isLonger } from "../tool/output.ts";
import type { ToolLog } from "./tool-log.ts";
import type { ToolCut, ToolResult, ToolSuccess } from "../tool/tool-result.ts";
import type { ToolFailure } from "../schema/tool-failure.ts";

/**
 * A call that is a scope. Whether it was refused is on record, as its first step: a call that was accepted goes on when its
 * run is resumed, whatever the policy says by then.
 */
export async function callInScope(
  judged: JudgedCall,
  refusal: ToolFailure | undefined,
  scope: Run,
  maxOutput: number,
  log: ToolLog,
): Promise<ToolResult> {
  const { tool, context, given } = judged;
  const options = { effect: "pure", ...(given !== undefined && { input: given }) } as const;
  const refused = await scope.step("check", () => refusal ?? null, options);
  // What is on record counts; but nothing can be called with arguments that do not fit any more.
  const error = refused ?? ("args" in judged ? undefined : refusal);
  if (error !== undefined) return { ok: false, error, durationMs: 0 };
  const place = await tool.places?.take(() => scope.abortSignal);
  const startedAt = context.clock.monotonic();
  log.started(judged.args);
  try {
    const given = await opened(tool, () => inTime(tool, scope, (run) => outcome(judged, run, maxOutput)));
    return { ...given, durationMs: context.clock.monotonic() - startedAt };
  } finally {
    place?.giveBack();
  }
}

type Outcome = Omit<ToolSuccess, "durationMs"> | Omit<ToolCut, "durationMs">;

async function opened<Out>({ lifetime }: CompiledTool, body: () => Promise<Out>): Promise<Out> {
  if (lifetime === undefined) return body();
  lifetime.begin();
  try {
    await lifetime.open();
    return await body();
  } finally {
    lifetime.end();
  }
}

async function outcome({ tool, args, context }: JudgedCall, run: Run, maxOutput: number): Promise<Outcome> {
  const { work, outputCheck, name } = tool;
  const given = await (work as Extract<CompiledTool["work"], { kind: "scope" }>).call(args, run, context);
  const value = (outputCheck === undefined ? given : await outputCheck(given)) ?? null;
  if (!isLonger(value, maxOutput)) return { ok: true, value };
  const cut = await run.step("keep_output", () => cutOutput(value, name, maxOutput, context.artefacts));
  return { ok: true, value: cut, cut: true };
}

/** The time-out is a timer of the run: it survives the process, as what it limits does. */
async function inTime<Out>({ name, step }: CompiledTool, scope: Run, body: (run: Run) => Promise<Out>): Promise<Out> {
  const { timeout } = step;
  if (timeout === undefined) return body(scope);
  return scope.race([
    { name: "work", run: body },
    {
      name: "time-out",
      run: async (branch): Promise<Out> => {
        await branch.sleep(timeout);
        throw new AitorError({
          code: "step-timeout",
          message: `it took longer than its time-out of ${timeout} ms`,
          expected: `a result within ${timeout} ms`,
          got: "none by then",
          fix: `give tool "${name}" a longer timeout`,
        });
      },
    },
  ]);
}
