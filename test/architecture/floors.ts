/** Every folder of `src` and the floor it stands on; a folder imports itself and lower floors. */
export const floors: Readonly<Record<string, number>> = {
  base: 0,
  journal: 1,
  llm: 1,
  tools: 1,
  engine: 2,
  flow: 3,
  agent: 4,
  reasoning: 5,
  planning: 6,
  sqlite: 7,
  threads: 7,
  testing: 7,
  sandbox: 7,
  workspace: 7,
  vault: 7,
  restate: 7,
  otel: 7,
  mcp: 7,
  server: 8,
  studio: 8,
  cli: 9,
};

/**
 * The rooms of large folders, lowest first: a file imports its own room and lower ones. A room is a folder or one file; what stands in
 * the folder besides is above them all.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  llm: ["format", "prompt", "providers", "output", "model", "request"],
  tools: ["schema", "tool", "call", "registry", "define-tool.ts", "built-in"],
  engine: ["record", "figures", "engine.ts", "steps", "run", "mail"],
  agent: ["definition", "memory", "run", "host"],
  reasoning: ["memory", "result", "dialect", "turn"],
  planning: ["plan", "sub-agents", "work"],
  sqlite: ["format", "inbox", "worker", "journal", "doctor"],
  cli: ["source-location.ts", "terminal", "load", "text", "watch", "chat", "commands"],
};

/** Floors up to this one run anywhere: no Node modules, no Node globals. */
export const lastPortableFloor = 6;

/** Floors from 1 to this one are subpaths of the package. */
export const lastPublicFloor = 8;

/** The one portable file that may read the process. */
export const environmentFile = "src/base/environment.ts";

/** The one adapter that the root index may load, lazily. */
export const lazyFolder = "threads";
