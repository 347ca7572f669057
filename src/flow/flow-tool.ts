import type { Runnable, Schema as StandardSchema } from "../base/index.ts";
import {
  type ApprovalRule,
  type ArgsOf,
  type DefinedTool,
  type GivenTo,
  tool,
  type ToolInput,
  type ToolSettings,
} from "../tools/index.ts";

/** Options of a flow as a tool. */
export type FlowToolOptions<Name extends string, Schema extends ToolInput, Input> = FlowToolHead<Name, Schema, Input> &
  (ArgsOf<Schema> extends Input ? unknown : { readonly from: (args: ArgsOf<Schema>) => Input });

interface FlowToolHead<Name extends string, Schema extends ToolInput, Input> extends Omit<
  ToolSettings,
  "effect" | "retry"
> {
  /** The tool's name. @default the flow's name */
  readonly name?: Name;
  /** Tells the model what the tool does and when to use it. */
  readonly description: string;
  /** Checks the arguments that the model writes: the schema of an object. */
  readonly input: Schema;
  /** Makes the flow's input from the arguments. It must depend on nothing else. @default the arguments are the input */
  readonly from?: (args: ArgsOf<Schema>) => Input;
  /** Whether a person must approve first. @default false */
  readonly approval?: ApprovalRule<ArgsOf<Schema>>;
}

export function flowTool<Name extends string, Schema extends ToolInput, Input, Output>(
  flow: Runnable<Input, Output>,
  options: FlowToolOptions<Name, Schema, Input>,
): DefinedTool<Name, GivenTo<Schema>, ArgsOf<Schema>, Awaited<Output>> {
  const { from = (args: ArgsOf<Schema>): Input => args as unknown as Input, ...settings } = options as FlowToolHead<
    Name,
    Schema,
    Input
  >;
  return tool<Name, GivenTo<Schema>, ArgsOf<Schema>, Output>({
    ...settings,
    input: settings.input as StandardSchema<GivenTo<Schema>, ArgsOf<Schema>>,
    name: (settings.name ?? flow.name) as Name,
    orchestrate: (args, run) => flow.execute(run, from(args)),
  });
}
