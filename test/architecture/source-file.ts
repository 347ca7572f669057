import { type Expression, type IdentifierName, parseSync, type StringLiteral, Visitor } from "oxc-parser";

export interface Import {
  /** As written; `undefined` if it is computed at run time. */
  readonly specifier: string | undefined;
  readonly dynamic: boolean;
}

export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** `export * from`, but not `export * as name from`. */
  readonly hasStarExport: boolean;
  /** Names of Node's globals that the file reads. */
  readonly nodeGlobals: readonly string[];
  /** Properties that are assigned a function which is made right there. */
  readonly assignedFunctions: readonly string[];
}

const nodeGlobalNames = new Set(["process", "Buffer", "__dirname", "__filename", "setImmediate", "clearImmediate"]);

/** Parses TypeScript or JavaScript; throws if it has a syntax error. */
export function readSourceFile(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);

  const imports: Import[] = [];
  let hasStarExport = false;
  const identifiers: { name: string; start: number }[] = [];
  const named = new Set<number>();
  const globals: string[] = [];
  const assignedFunctions: string[] = [];
  const found = (source: Expression | StringLiteral | null, dynamic = false): void => {
    if (source !== null) imports.push({ specifier: literal(source), dynamic });
  };
  const names = (key: { start: number }, computed: boolean): void => {
    if (!computed) named.add(key.start);
  };

  new Visitor({
    ImportDeclaration: ({ source }) => found(source),
    ExportNamedDeclaration: ({ source }) => found(source),
    ExportAllDeclaration: ({ source, exported }) => {
      found(source);
      if (exported === null) hasStarExport = true;
    },
    ImportExpression: ({ source }) => found(source, true),
    TSImportType: ({ source }) => found(source),
    TSExternalModuleReference: ({ expression }) => found(expression),

    Identifier: ({ name, start }) => {
      if (nodeGlobalNames.has(name)) identifiers.push({ name, start });
    },
    MemberExpression: ({ object, property, computed }) => {
      if (object.type === "Identifier" && object.name === "globalThis") {
        const name = computed ? literal(property) : (property as IdentifierName).name;
        if (name !== undefined && nodeGlobalNames.has(name)) globals.push(name);
      }
      names(property, computed);
    },
    AssignmentExpression: ({ left, right: { type } }) => {
      if (left.type !== "MemberExpression") return;
      if (type !== "ArrowFunctionExpression" && type !== "FunctionExpression") return;
      assignedFunctions.push(text.slice(left.start, left.end));
    },
    Property: ({ key, computed, shorthand }) => names(key, computed || shorthand),
    MethodDefinition: ({ key, computed }) => names(key, computed),
    PropertyDefinition: ({ key, computed }) => names(key, computed),
    TSPropertySignature: ({ key, computed }) => names(key, computed),
    TSMethodSignature: ({ key, computed }) => names(key, computed),
    TSQualifiedName: ({ right }) => names(right, false),
  }).visit(program);

  globals.push(...identifiers.filter(({ start }) => !named.has(start)).map(({ name }) => name));
  return {
    path,
    lines: countLines(text),
    imports,
    hasStarExport,
    nodeGlobals: [...new Set(globals)],
    assignedFunctions,
  };
}

function literal(node: Expression | StringLiteral): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral" && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

function countLines(text: string): number {
  if (text === "") return 0;
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
