import type { ToolCallContext } from "./tool-context.ts";

/** Whether a call needs approval: always, or as the function says of its arguments; a text is the reason. */
export type ApprovalRule<Args> = boolean | ((args: Args, context: ToolCallContext) => boolean | string);
