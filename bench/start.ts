import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { stagePackage } from "../scripts/stage-package.ts";
import { bundled } from "./bundle.ts";
import { AITOR, type Participant } from "./participants.ts";
import { type Row, rowOf } from "./row.ts";
import { ascending, digits, median } from "./sample.ts";
import type { Setting } from "./setting.ts";

/** What is imported, from where. */
interface Entry {
  readonly name: string;
  readonly folder: string;
  readonly imports: string;
  readonly program: string | undefined;
}

interface Import {
  /** Milliseconds of CPU time, and of the clock. */
  readonly cpu: number;
  readonly time: number;
  /** Megabytes that are resident afterwards. */
  readonly memory: number;
}

/** A built-in, in the place of an import: what a process needs that imports nothing. */
const BARE: Entry = { name: "raw", folder: tmpdir(), imports: "node:path", program: undefined };

/** What a program pays before it does anything: the import, the packages on the disk, and the bundle of an agent. */
export async function startRows({ effort, peers }: Setting): Promise<Row[]> {
  const folder = fs.mkdtempSync(join(tmpdir(), "aitor-start-"));
  try {
    const entries = [BARE, { ...entryOf(AITOR), folder: await installed(folder) }, ...peers.map(entryOf)];
    return [...imports(entries, effort.rounds), ...(await sizes(entries.filter((entry) => entry !== BARE)))];
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function entryOf({ name, folder = "", imports = "", program }: Participant): Entry {
  return { name, folder, imports, program };
}

/** Aitor as it is published: packed, and installed without what is optional. */
async function installed(folder: string): Promise<string> {
  const tarball = await stagePackage(folder);
  const consumer = join(folder, "consumer");
  fs.mkdirSync(consumer);
  fs.writeFileSync(join(consumer, "package.json"), '{ "private": true, "type": "module" }');
  const omit = ["--omit=dev", "--omit=optional", "--omit=peer", "--ignore-scripts"];
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, stderr } = spawnSync("npm", ["install", tarball, ...omit, ...quiet], {
    cwd: consumer,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the packed aitor cannot be installed: ${stderr}`);
  return consumer;
}

/** In turns, each time in a new process, and without code that was compiled before. */
function imports(entries: readonly Entry[], rounds: number): Row[] {
  const samples = new Map(entries.map(({ name }) => [name, [] as Import[]]));
  for (let round = 0; round < rounds + 1; round++) {
    for (const entry of entries) {
      const taken = importOnce(entry);
      if (round > 0) samples.get(entry.name)?.push(taken);
    }
  }
  console.log("start: the import, CPU ms, ms of the clock, MB resident over those of a bare process");
  const bare = median((samples.get("raw") ?? []).map(({ memory }) => memory).sort(ascending));
  return entries.flatMap(({ name, imports: specifier }) => {
    const row = (metric: "cpu" | "memory" | "time", unit: string, of: (taken: Import) => number): Row => {
      const taken = (contender: string): number[] => (samples.get(contender) ?? []).map(of);
      return rowOf({ ...place(`import "${specifier}"`, name), metric, unit }, taken(name), taken("raw"));
    };
    const rows = [
      row("cpu", "ms", ({ cpu }) => cpu),
      row("time", "ms", ({ time }) => time),
      row("memory", "MB", ({ memory }) => memory - bare),
    ];
    console.log(`  ${name.padEnd(18)}${rows.map(({ value }) => digits(value).padStart(9)).join("")}`);
    return rows;
  });
}

function importOnce({ name, folder, imports: specifier }: Entry): Import {
  const program = `
    const cpu = process.cpuUsage(), start = performance.now();
    await import(${JSON.stringify(specifier)});
    const { user, system } = process.cpuUsage(cpu), time = performance.now() - start;
    process.stdout.write(JSON.stringify({ cpu: (user + system) / 1e3, time, memory: process.memoryUsage.rss() / 1e6 }), () => process.exit());`;
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: folder,
    env: { ...env, NODE_DISABLE_COMPILE_CACHE: "1" },
    encoding: "utf8",
  });
  const json = stdout.slice(stdout.lastIndexOf("{"));
  if (json === "") throw new Error(`import "${specifier}" of ${name} failed: ${stderr}`);
  return JSON.parse(json) as Import;
}

async function sizes(entries: readonly Entry[]): Promise<Row[]> {
  console.log("\nstart: MB installed, packages, KB of an agent's bundle that is loaded first (minified and gzipped)");
  const rows: Row[] = [];
  for (const { name, folder, program } of entries) {
    const found: [Row["metric"], string, number][] = [
      ["installed", "MB", bytesUnder(join(folder, "node_modules")) / 1e6],
      ["packages", "packages", packagesUnder(join(folder, "node_modules"))],
    ];
    let bundle = "it has no agents";
    if (program !== undefined) {
      const kilobytes = await firstKilobytes(folder, program).catch((error: unknown) => (error as Error).message);
      if (typeof kilobytes === "number") found.push(["bundle", "KB", kilobytes]);
      bundle = typeof kilobytes === "number" ? digits(kilobytes) : `not bundled: ${kilobytes.split("\n")[0]}`;
    }
    const figures = found.slice(0, 2).map(([, , value]) => digits(value).padStart(9));
    console.log(`  ${name.padEnd(18)}${figures.join("")}  ${bundle.padStart(7)}`);
    for (const [metric, unit, value] of found) {
      rows.push({ ...place("size", name), metric, value, unit, ratioToRaw: Number.NaN, samples: [value] });
    }
  }
  console.log();
  return rows;
}

/** Without the providers of Aitor: they are optional, and not there. */
async function firstKilobytes(folder: string, program: string): Promise<number> {
  return (await bundled(folder, program, folder.includes("peers") ? [] : ["@ai-sdk/*"])).kilobytes;
}

function bytesUnder(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Folders that hold a package, not those inside it. */
function packagesUnder(folder: string): number {
  const files = fs.globSync(["**/node_modules/*/package.json", "**/node_modules/@*/*/package.json"], {
    cwd: dirname(folder),
  });
  return files.length;
}

function place(what: string, contender: string): Pick<Row, "workload" | "case" | "n" | "contender"> {
  return { workload: "start", case: what, n: 1, contender };
}
