import { parseArgs } from "node:util";
import { nearestName } from "../../app/validation/nearest-name.ts";
import { optionTable, type OptionName, type OptionValues } from "./options.ts";
import { usageError } from "./command-error.ts";

export interface ParsedArguments {
  /** Null when there is none: `handshake --help`. */
  readonly command: string | null;
  readonly arguments: readonly string[];
  readonly options: OptionValues;
  readonly given: readonly OptionName[];
}

const nodeOptions = Object.fromEntries(
  Object.entries(optionTable).map(([name, { takes }]) => [
    name,
    takes === null ? ({ type: "boolean" } as const) : ({ type: "string", multiple: true } as const),
  ]),
);

/** Splits a command line into command, arguments and options. Throws usage errors that name the nearest option. */
export function parseArguments(args: readonly string[]): ParsedArguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...nodeOptions, help: { type: "boolean", short: "h" } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<OptionName, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const name = requireOption(token.name, token.rawName);
    const given = values.get(name) ?? [];
    values.set(name, [...given, ...valueOf(name, token.value)]);
  }
  const [command = null, ...rest] = positionals;
  return {
    command,
    arguments: rest,
    given: [...values.keys()],
    options: {
      has: (name) => values.has(name),
      all: (name) => values.get(name) ?? [],
      get: (name) => values.get(name)?.at(-1),
    },
  };
}

function requireOption(name: string, rawName: string): OptionName {
  if (isOption(name)) return name;
  const nearest = nearestName(name, Object.keys(optionTable));
  const hint = nearest === null ? "" : ` Did you mean --${nearest}?`;
  throw usageError(`There is no option ${rawName}.${hint}`);
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(optionTable, name);
}

function valueOf(name: OptionName, value: string | undefined): string[] {
  const { takes } = optionTable[name];
  if (takes === null) {
    if (value !== undefined)
      throw usageError(`--${name} takes no value, but was given "${value}".`);
    return [];
  }
  if (value === undefined) throw usageError(`--${name} needs a value: --${name} ${takes}.`);
  return [value];
}
