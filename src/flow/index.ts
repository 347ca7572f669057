export { Aitorflow, FlowResult } from "./aitorflow.ts";
export type { FlowHandle, FlowOptions, FlowRunOptions } from "./aitorflow.ts";
export { FlowError, isFlowError } from "./errors.ts";
export type { FlowErrorCode } from "./errors.ts";
export type { FlowBuilder, Handle, Input, MapOptions } from "./flow-builder.ts";
export type { TaskReport, TaskState } from "./flow-report.ts";
export { task } from "./task.ts";
export type { TaskOptions } from "./task.ts";
export type { Chain, Part, Task, Wiring } from "./types.ts";
