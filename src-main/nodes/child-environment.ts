import { invalidInput } from "./node-input.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What a child process may know of this machine: where programs, home and temporary files are, the
 * language, and the variables that the node declares. (Windows itself adds SystemRoot, USERNAME and
 * a few more, without which programs do not start.)
 */
export function childEnvironment(options: {
  readonly host: Environment;
  readonly declared: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  const { host, declared } = options;
  for (const [name, value] of Object.entries(declared)) checkVariable(name, value);
  const isDeclared = (name: string) =>
    Object.keys(declared).some((own) => own.toUpperCase() === name);
  const inherited = ["PATH", "HOME", "LANG", "TEMP", "TMP", "TMPDIR"].flatMap((name) => {
    const value = host[name];
    return value === undefined || isDeclared(name) ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...declared };
}

function checkVariable(name: string, value: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw invalidInput("env", "an object whose names are letters, digits and _");
  }
  // HANDSHAKE_SECRET_… and the gate's own variable.
  if (name.startsWith("HANDSHAKE_"))
    throw invalidInput(`env/${name}`, "absent; HANDSHAKE_ is reserved");
  if (value.includes("\0")) throw invalidInput(`env/${name}`, "a text without NUL");
}
