/** What Aitor takes from the environment. Options given in code win; `docs/configuration.md` lists each variable. */
export interface Environment {
  /** Not `NODE_ENV=production`: recorded results are frozen, so that a later change of one is an error at once. */
  readonly development: boolean;
  /** `NO_COLOR` is absent or empty (https://no-color.org). */
  readonly color: boolean;
  /** `TERM` is `dumb`: the terminal cannot move its cursor. */
  readonly dumbTerminal: boolean;
}

/** Read once, when it is first asked for. This is the only place that reads the environment. */
export function environment(): Environment {
  return (current ??= read((globalThis as { process?: { env?: Variables } }).process?.env ?? {}));
}

let current: Environment | undefined;

interface Variables {
  readonly NODE_ENV?: string | undefined;
  readonly NO_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
}

function read(variables: Variables): Environment {
  return {
    development: variables.NODE_ENV !== "production",
    color: variables.NO_COLOR === undefined || variables.NO_COLOR === "",
    dumbTerminal: variables.TERM === "dumb",
  };
}
