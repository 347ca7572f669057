// What npm would publish, as a stranger gets it: packed, installed in a fresh folder without optional peers, imported,
// run, and compiled against.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stagePackage } from "../scripts/stage-package.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "aitor-package-"));
const consumer = join(folder, "consumer");
const installed = join(consumer, "node_modules/aitor");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: Record<string, unknown> };
const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== "./package.json");
const programs = ["main.ts", "threads.ts", "hash.ts"];
const names = subpaths.map((subpath) => `aitor${subpath.slice(1)}`);

beforeAll(async () => {
  const tarball = await stagePackage(folder);
  mkdirSync(consumer);
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  const omit = ["--omit=dev", "--omit=optional", "--omit=peer"];
  await run("npm", ["install", tarball, ...omit, ...quiet], { cwd: consumer });
  for (const file of programs) copyFileSync(join(root, "test/fixtures/consumer", file), join(consumer, file));
  const everything = names.map((name, index) => `export * as part${index} from "${name}";\n`).join("");
  writeFileSync(join(consumer, "everything.ts"), everything);
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(names)("%s can be imported and exports something", async (name) => {
  const code = `console.log(Object.keys(await import(${JSON.stringify(name)})).length)`;
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", code], { cwd: consumer });
  expect(Number(stdout)).toBeGreaterThan(0);
  expect(stderr).toBe("");
});

test("a consumer's program runs", async () => {
  const { stderr } = await run(process.execPath, ["main.ts"], { cwd: consumer });
  expect(stderr).toBe("");
});

test("a consumer's thread task runs, its worker being a file of the package", async () => {
  const { stdout, stderr } = await run(process.execPath, ["threads.ts"], { cwd: consumer });
  expect({ stdout, stderr }).toEqual({ stdout: `${createHash("sha256").update("text").digest("hex")}\n`, stderr: "" });
});

test("a program is bundled where no provider is installed, and told what to install when it asks a model", async () => {
  const program = `${readFileSync(join(root, "examples/first-agent.ts"), "utf8")}
    import { LLMManager } from "aitor";
    await new LLMManager({ models: ["ollama/any"] }).check().catch(({ code, fix }) => console.log(code, fix));`;
  writeFileSync(join(consumer, "first.ts"), program);
  const { errors } = await build({
    entryPoints: ["first.ts"],
    absWorkingDir: consumer,
    outfile: "first.mjs",
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
  });
  expect(errors).toEqual([]);
  const { stdout } = await run(process.execPath, ["first.mjs"], { cwd: consumer });
  expect(stdout).toContain("provider-missing npm install @ai-sdk/openai-compatible");
});

test("importing the package loads no worker threads", async () => {
  const code = `
    const { registerHooks } = await import("node:module");
    let loads = 0;
    registerHooks({ load: (url, context, next) => (url === "node:worker_threads" && loads++, next(url, context)) });
    await import("aitor");
    console.log(loads);
    await import("aitor/threads");
    console.log(loads);`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], { cwd: consumer });
  expect(stdout).toBe("0\n1\n");
});

test("importing the package loads no prices, no schema library, no provider, nothing that mends or counts", async () => {
  const code = `
    const { registerHooks } = await import("node:module");
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    await import("aitor");
    await import("aitor/llm");
    const names = loaded.flatMap((url) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url.split("/consumer/")[1])?.[1] ?? []);
    console.log(JSON.stringify([...new Set(names)].sort()));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], { cwd: consumer });
  expect(JSON.parse(stdout)).toEqual(["@noble/hashes", "aitor"]);
});

test("the installed command prints its help", async () => {
  const { stdout } = await run(process.execPath, [join(consumer, "node_modules/.bin/aitor"), "--help"], {
    cwd: consumer,
  });
  expect(stdout).toContain("Usage: aitor");
});

const compilers = {
  "TypeScript 7": join(root, "node_modules/typescript/bin/tsc"),
  "TypeScript 5.9": join(root, "test/typescript-5.9/node_modules/typescript/bin/tsc"),
};

test.each(Object.entries(compilers))(
  "a strict consumer compiles under %s, library checks included",
  async (name, tsc) => {
    const config = join(consumer, `tsconfig.${name.replaceAll(" ", "-")}.json`);
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      module: "nodenext",
      target: "es2024",
      lib: ["esnext", "dom"],
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
      allowImportingTsExtensions: true,
      skipLibCheck: false,
      noEmit: true,
    };
    writeFileSync(config, JSON.stringify({ compilerOptions, files: [...programs, "everything.ts"] }));
    const { stdout } = await run(process.execPath, [tsc, "--project", config], { cwd: consumer }).catch(
      (error: unknown) => {
        return error as { stdout: string };
      },
    );
    expect(stdout).toBe("");
  },
);

test("what only the package's own folders need is offered to nobody: entries do not declare it", () => {
  const entries = subpaths.map((subpath) => (subpath === "." ? "index" : `${subpath.slice(2)}/index`));
  const kept = entries.map((entry) => {
    const source = readFileSync(join(installed, `src/${entry}.ts`), "utf8");
    const lists = source.matchAll(/@internal \*\/\nexport \{([^}]*)\}/g);
    const internal = [...lists].flatMap(([, names]) => names?.match(/\w+/g) ?? []);
    const declared = new Set(readFileSync(join(installed, `dist/${entry}.d.ts`), "utf8").match(/\w+/g));
    return { internal: internal.length, declared: internal.filter((name) => declared.has(name)) };
  });
  expect(kept.reduce((sum, { internal }) => sum + internal, 0)).toBeGreaterThan(0);
  expect(kept.flatMap(({ declared }) => declared)).toEqual([]);
});

test("no file names a folder of this machine or a registry", () => {
  const forbidden = [root, folder, `${homedir()}/`, "registry.npmjs", "registry.yarnpkg"];
  const found = filesUnder(installed).flatMap((path) => {
    const text = readFileSync(path, "utf8");
    return forbidden.filter((part) => text.includes(part)).map((part) => `${path.slice(installed.length)}: ${part}`);
  });
  expect(found).toEqual([]);
});

test("it holds built code, declarations, maps with their sources, and no tests", () => {
  const files = filesUnder(installed).map((path) => path.slice(installed.length + 1));
  expect(files).toEqual(
    expect.arrayContaining(["LICENSE", "bin/aitor.js", "dist/index.js", "dist/index.d.ts", "src/index.ts"]),
  );
  expect(files.filter((path) => /\.test(-d)?\.|fixtures|node_modules/.test(path))).toEqual([]);
  for (const map of files.filter((path) => path.endsWith(".map"))) {
    const { sources } = JSON.parse(readFileSync(join(installed, map), "utf8")) as { sources: string[] };
    for (const source of sources)
      expect(existsSync(join(installed, map, "..", source)), `${map}: ${source}`).toBe(true);
  }
});

test("the documentation that its README and pages link to is in it; examples are in the repository alone", () => {
  const pages = filesUnder(installed).filter((path) => /\/(README|CONTRIBUTING)\.md$|\/docs\/.*\.md$/.test(path));
  const dead = pages.flatMap((page) => {
    const links = [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, target]) => target ?? "",
    );
    const paths = links.map((target) => join(page, "..", target)).filter((path) => !existsSync(path));
    return paths.map((path) => path.slice(installed.length + 1));
  });
  expect(pages.length).toBeGreaterThan(20);
  expect(dead.filter((path) => !path.startsWith("examples/"))).toEqual([]);
});

function filesUnder(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
