import type { ToolCallContext } from "./tool-context.ts";

/** Whether a call needs approval: always, or as the function decides from its arguments. A text is the reason. */
export type ApprovalRule<Args> = boolean | ((args: Args, context: ToolCallContext) => boolean | string);
