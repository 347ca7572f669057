import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "./log-record.ts";
import { invalidOption, oneOf } from "./options.ts";

/** What Aitor reads from the environment. Options given in code win. `docs/configuration.md` lists each variable. */
export interface Environment {
  /**
   * Whether `NODE_ENV` is not `production`. Recorded results are then frozen, so that a later change of one is an error at
   * once.
   */
  readonly development: boolean;
  /** `NO_COLOR` is absent or empty (https://no-color.org). */
  readonly color: boolean;
  /** `TERM` is `dumb`: the terminal cannot move its cursor. */
  readonly dumbTerminal: boolean;
  /** stderr is a terminal. */
  readonly errorTerminal: boolean;
  /** Whether Node was given `--input-type`: the program is a text, on the command line or from stdin. */
  readonly programText: boolean;
  /** `AITOR_JOURNAL`: the path of the journal that the `aitor` command uses. */
  readonly journal: string | undefined;
  /** `AITOR_LOG`: the lowest level of records that are written. Throws `invalid-option` for any other value. */
  readonly log: LogLevel | "off" | undefined;
  /** `AITOR_LOG_FORMAT`: how records are written. Throws `invalid-option` for any other value. */
  readonly logFormat: LogFormat | undefined;
  /** `AITOR_MODELS`: the models that `LLMManager.fromEnv` takes, in the order in which they are tried. */
  readonly models: readonly string[] | undefined;
  /** `AITOR_THREADS`: how many workers run thread tasks. Throws `invalid-option` unless it is a whole number ≥ 1. */
  readonly threads: number | undefined;
  /**
   * Returns the current value of another variable, such as a provider's key: files of variables may be loaded late. Empty
   * counts as not set.
   */
  variable(name: string): string | undefined;
}

/** Returns the environment, read once, on the first call. This is the only place that reads the environment. */
export function environment(): Environment {
  return (current ??= readEnvironment((globalThis as { process?: Process }).process ?? {}));
}

let current: Environment | undefined;

type Variables = Readonly<Record<string, string | undefined>>;

interface Process {
  readonly env?: Variables;
  readonly execArgv?: readonly string[];
  readonly stderr?: { readonly isTTY?: boolean };
}

/** What is checked is checked when it is asked for: a wrong word must not fail those who need none. */
export function readEnvironment(process: Process): Environment {
  const {
    NODE_ENV,
    NO_COLOR,
    NODE_OPTIONS,
    TERM,
    AITOR_JOURNAL,
    AITOR_LOG,
    AITOR_LOG_FORMAT,
    AITOR_MODELS,
    AITOR_THREADS,
  }: Variables = process.env ?? {};
  return {
    development: NODE_ENV !== "production",
    color: NO_COLOR === undefined || NO_COLOR === "",
    dumbTerminal: TERM === "dumb",
    journal: AITOR_JOURNAL === "" ? undefined : AITOR_JOURNAL,
    get errorTerminal() {
      return process.stderr?.isTTY === true;
    },
    get log() {
      return variable("AITOR_LOG", AITOR_LOG, [...LOG_LEVELS, "off"]);
    },
    get logFormat() {
      return variable("AITOR_LOG_FORMAT", AITOR_LOG_FORMAT, LOG_FORMATS);
    },
    programText: [...(process.execArgv ?? []), NODE_OPTIONS].some(
      (option) => option?.includes("--input-type") === true,
    ),
    models: names(AITOR_MODELS),
    get threads() {
      return count("AITOR_THREADS", AITOR_THREADS);
    },
    variable: (name) => process.env?.[name] || undefined,
  };
}

/** An empty variable is one that is not set. */
function variable<Value extends string>(
  name: string,
  value: string | undefined,
  values: readonly Value[],
): Value | undefined {
  if (value === undefined || value === "") return undefined;
  return oneOf(values, value, `the environment variable ${name}`, `set ${name} to one of these, or unset it`);
}

/** Names with commas between them. */
function names(value: string | undefined): readonly string[] | undefined {
  const found = (value ?? "").split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
  return found.length === 0 ? undefined : found;
}

/** A whole number ≥ 1, in digits. An empty variable is one that is not set. */
function count(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw invalidOption(
    `the environment variable ${name}`,
    "a whole number from 1 to 9999",
    value,
    `correct ${name}, or unset it`,
  );
}
