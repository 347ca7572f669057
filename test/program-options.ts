// What the programs of test/ are started with. `--help` tells it; what there is not is refused with exit code 2.
import { parseArgs } from "node:util";

interface Option {
  readonly about: string;
  /** Nothing where it is not given, without one. */
  readonly default?: string;
}

type Values<Options extends Readonly<Record<string, Option>>> = {
  readonly [Name in keyof Options]: Options[Name] extends { readonly default: string } ? string : string | undefined;
};

/** @param command As it is typed, such as `npm run test:sim`. @param about What it does, in a sentence. */
export function programOptions<const Options extends Readonly<Record<string, Option>>>(
  command: string,
  about: string,
  options: Options,
): Values<Options> {
  const names = Object.keys(options);
  try {
    const { values } = parseArgs({
      options: {
        help: { type: "boolean" },
        ...Object.fromEntries(names.map((name) => [name, { type: "string" } as const])),
      },
    });
    if (values.help !== true) {
      const given = values as Readonly<Record<string, string | undefined>>;
      return Object.fromEntries(
        names.map((name) => [name, given[name] ?? options[name]?.default]),
      ) as unknown as Values<Options>;
    }
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n  fix: ${command} -- --help tells the options\n`);
    process.exit(2);
  }
  const lines = Object.entries(options).map(
    ([name, option]) => `  --${name.padEnd(10)} ${option.about}${option.default ? ` (${option.default})` : ""}`,
  );
  process.stdout.write(`Usage: ${command} -- [options]\n\n${about}\n\n${lines.join("\n")}\n`);
  process.exit(0);
}
