import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A contender that can be entered: code of this folder, and of a peer also the folder that it is installed in. */
export interface Participant {
  readonly name: string;
  /** The file that exports its `contender`. */
  readonly module: string;
  /** With `package.json`, `package-lock.json`, and the peer's `node_modules` once it is installed. */
  readonly folder?: string;
  /** What a program imports. */
  readonly imports?: string;
  /** A program that makes an agent, without a provider. */
  readonly program?: string;
}

/** A contender that could not be measured, and why. */
export interface Absent {
  readonly name: string;
  readonly reason: string;
}

export const RAW: Participant = { name: "raw", module: join(import.meta.dirname, "raw.ts") };
export const AITOR: Participant = {
  name: "aitor",
  module: join(import.meta.dirname, "aitor.ts"),
  imports: "aitor",
  program: `export { AitorHost, defineReactAgent, LLMManager, tool } from "aitor";`,
};

export const PI = "pi-agent-core";

/** In the order of the tables. */
const PEERS: readonly Participant[] = [
  peer(PI, "pi", "@earendil-works/pi-agent-core", `export { Agent } from "@earendil-works/pi-agent-core";`),
  peer("AI SDK", "ai-sdk", "ai", `export { ToolLoopAgent, tool } from "ai";`),
  peer("LangGraph", "langgraph", "langchain", `export { createAgent, tool } from "langchain";`),
  peer("p-graph", "p-graph", "p-graph"),
  peer("OpenAI Agents", "openai-agents", "@openai/agents", `export { Agent, run, tool } from "@openai/agents";`),
  peer(
    "Mastra",
    "mastra",
    "@mastra/core/agent",
    `export { Agent } from "@mastra/core/agent"; export { createTool } from "@mastra/core/tools";`,
  ),
  peer("VoltAgent", "voltagent", "@voltagent/core", `export { Agent, createTool } from "@voltagent/core";`),
  peer("async.auto", "async", "async"),
];

/** What `--quick` takes, what is taken by default, and what `--all` takes. */
const EXTENTS = { quick: 1, default: 4, all: PEERS.length } as const;

/** The peers that are to be measured, each installed in its own folder, as its lock file says; and those that cannot be. */
export function peers(extent: keyof typeof EXTENTS): { readonly present: Participant[]; readonly absent: Absent[] } {
  const present: Participant[] = [];
  const absent: Absent[] = [];
  for (const each of PEERS.slice(0, EXTENTS[extent])) {
    const reason = install(each);
    if (reason === undefined) present.push(each);
    else absent.push({ name: each.name, reason });
  }
  return { present, absent };
}

/** The peers' versions, as they are pinned. */
export function pinned(): string[] {
  return PEERS.map(({ folder = "", imports = "" }) => {
    const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      dependencies: Readonly<Record<string, string>>;
    };
    const [name, version] = Object.entries(dependencies).find(([dependency]) => imports.startsWith(dependency)) ?? [];
    return `${name} ${version}`;
  });
}

function peer(name: string, folder: string, imports: string, program?: string): Participant {
  const path = join(import.meta.dirname, "peers", folder);
  return { name, folder: path, module: join(path, `${folder}.ts`), imports, ...(program !== undefined && { program }) };
}

/** Why it cannot be installed. */
function install({ name, folder = "" }: Participant): string | undefined {
  const lock = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  const stamp = join(folder, "node_modules", ".installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return undefined;
  console.error(`bench: installing ${name}, as it is locked (npm ci) …`);
  const args = ["ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) return `npm ci failed: ${error?.message ?? stderr.trim().split("\n").slice(0, 3).join(" ")}`;
  writeFileSync(stamp, lock);
  return undefined;
}
