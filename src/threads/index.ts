import { provideThreadPool } from "../base/index.ts";
import { sharedThreads } from "./shared-pool.ts";

provideThreadPool(async () => sharedThreads());

export type { ThreadErrorCode, ThreadPool, ThreadRunOptions } from "../base/index.ts";
export type { ThreadOptions } from "./settings.ts";
export { configureThreads, sharedThreads } from "./shared-pool.ts";
export { WorkerPool } from "./worker-pool.ts";
