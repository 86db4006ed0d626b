import { text as readAll } from "node:stream/consumers";
import { machineKeyring } from "../../core/machine-secrets.ts";
import { SecretSourceError, secretVariable } from "../../secrets/secret-source.ts";
import type { Command, CommandContext } from "../command.ts";
import { usageError } from "../command-error.ts";
import { exitCode, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";

export const secret: Command = {
  name: "secret",
  summary: "keep a secret in the system's keyring: set NAME, list, remove NAME",
  usage: "set NAME | list | remove NAME",
  arguments: { least: 1, most: 2 },
  options: [],
  help: `The value comes from standard input and goes into the operating system's keyring, nowhere
else. Without a keyring give it to one command through its environment:
  printf %s "$KEY" | handshake secret set NEWS_KEY
  ${secretVariable("NEWS_KEY")}=… handshake run digest.json`,
  async run(context) {
    const [action = "", name] = context.arguments;
    switch (action) {
      case "list":
        if (name !== undefined) throw usageError("`handshake secret list` takes no name.");
        return list(context);
      case "set":
        return set(context, requireName(name, action));
      case "remove":
        return remove(context, requireName(name, action));
      default:
        throw usageError(
          `There is no \`handshake secret ${action}\`. Use set NAME, list or remove NAME.`,
        );
    }
  },
};

async function set({ env, output, stdin }: CommandContext, name: string): Promise<ExitCode> {
  // The line end that `echo` and the Enter key add is no part of it.
  const value = (await readAll(stdin)).replace(/[\r\n]+$/, "");
  if (value === "") {
    throw usageError(
      `There is no value on standard input: printf %s "$KEY" | handshake secret set ${name}`,
    );
  }
  await machineKeyring(env).set(name, value);
  output.object({ type: "secret", name, action: "set" });
  output.line(`${name} is in the keyring now.`);
  return exitCode.completed;
}

async function remove({ env, output }: CommandContext, name: string): Promise<ExitCode> {
  const removed = await machineKeyring(env).remove(name);
  output.object({ type: "secret", name, action: "remove", removed });
  output.line(
    removed ? `${name} was removed from the keyring.` : `${name} was not in the keyring.`,
  );
  return exitCode.completed;
}

async function list({ env, output }: CommandContext): Promise<ExitCode> {
  const prefix = secretVariable("");
  const inEnvironment = Object.keys(env)
    .filter((variable) => variable.startsWith(prefix) && variable !== prefix)
    .map((variable) => ({ name: variable.slice(prefix.length), source: "environment" }));
  const inKeyring = await listKeyring(env, output);
  for (const { name, source } of [...inEnvironment, ...inKeyring]) {
    output.object({ type: "secret", name, source });
    output.line(`${name}  (${source})`);
  }
  return exitCode.completed;
}

/** Empty, with a note, where there is no keyring to reach. */
async function listKeyring(env: CommandContext["env"], output: Output) {
  try {
    const names = await machineKeyring(env).list();
    return names.map((name) => ({ name, source: "keyring" }));
  } catch (error) {
    if (!(error instanceof SecretSourceError)) throw error;
    output.note(error.message);
    return [];
  }
}

function requireName(name: string | undefined, action: string): string {
  if (name !== undefined) return name;
  throw usageError(`Which secret? handshake secret ${action} NAME`);
}
