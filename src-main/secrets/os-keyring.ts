import { runKeyringTool, type ToolAnswer } from "./keyring-tool.ts";
import {
  checkSecret,
  checkSecretName,
  secretVariable,
  SecretSourceError,
  type SecretStore,
} from "./secret-source.ts";

export interface KeyringHost {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The operating system's keyring, as far as a command line can reach it: `secret-tool` (libsecret) on
 * Linux, `security` on macOS. Elsewhere every call throws KEYRING_UNAVAILABLE and names the variable to
 * use instead.
 */
export function osKeyring(host: KeyringHost): SecretStore {
  if (host.platform === "linux") return checked(secretToolKeyring(host));
  if (host.platform === "darwin") return checked(securityKeyring(host));
  return unavailableKeyring();
}

const service = "Handshake";

type Keyring = Omit<SecretStore, "has">;

function checked(keyring: Keyring): SecretStore {
  return {
    ...keyring,
    async get(name) {
      checkSecretName(name);
      return keyring.get(name);
    },
    async has(name) {
      checkSecretName(name);
      return (await keyring.get(name)) !== null;
    },
    async set(name, value) {
      checkSecret(name, value);
      await keyring.set(name, value);
    },
    async remove(name) {
      checkSecretName(name);
      return keyring.remove(name);
    },
  };
}

function secretToolKeyring(host: KeyringHost): Keyring {
  const run = (args: readonly string[], input?: string) =>
    runKeyringTool("secret-tool", {
      args,
      ...(input === undefined ? {} : { input }),
      environment: host.environment,
      whenAbsent: `The keyring cannot be reached: secret-tool (libsecret) is not installed. ${instead()}`,
    });
  const attributes = (name: string) => ["service", service, "name", name];
  // It ends with 1 both when there is nothing and when it failed; only then it says why.
  const isNothing = (answer: ToolAnswer) => answer.exitCode === 1 && answer.stderr.trim() === "";
  const get = async (name: string) => {
    const answer = await run(["lookup", ...attributes(name)]);
    if (isNothing(answer)) return null;
    return requireSuccess(answer, name).stdout;
  };
  return {
    get,
    async set(name, value) {
      requireSuccess(
        await run(["store", `--label=${service} ${name}`, ...attributes(name)], value),
        name,
      );
    },
    async remove(name) {
      if ((await get(name)) === null) return false;
      requireSuccess(await run(["clear", ...attributes(name)]), name);
      return true;
    },
    async list() {
      const answer = await run(["search", "--all", "service", service]);
      // Its versions differ in where they write the attributes.
      const names = `${answer.stdout}\n${answer.stderr}`.matchAll(
        /^attribute\.name = ([A-Z0-9_]+)$/gm,
      );
      const found = Array.from(names, ([, name]) => name ?? "");
      if (found.length === 0 && !isNothing(answer)) requireSuccess(answer);
      return [...new Set(found)].toSorted();
    },
  };
}

function securityKeyring(host: KeyringHost): Keyring {
  const run = (args: readonly string[], input?: string) =>
    runKeyringTool("security", {
      args,
      ...(input === undefined ? {} : { input }),
      environment: host.environment,
      whenAbsent: `The keychain cannot be reached: the command security is missing. ${instead()}`,
    });
  const notFound = 44; // errSecItemNotFound, as an exit code
  return {
    async get(name) {
      const answer = await run(["find-generic-password", "-s", service, "-a", name, "-w"]);
      if (answer.exitCode === notFound) return null;
      return Buffer.from(requireSuccess(answer, name).stdout.trim(), "base64").toString("utf8");
    },
    async set(name, value) {
      // `security -i` takes a command from its input. Base64, because it prints other values in hex.
      const command = `add-generic-password -U -s ${service} -a ${name} -w ${Buffer.from(value).toString("base64")}\n`;
      if (command.length > securityLineLength) {
        throw new SecretSourceError(
          "SECRET_REFUSED",
          `The value of ${name} is too long for the keychain's tool. ${instead(name)}`,
        );
      }
      const answer = await run(["-i"], command);
      // In this mode it ends with 0 whatever happened.
      if (answer.stderr.trim() !== "") throw failed(answer, name);
      requireSuccess(answer, name);
    },
    async remove(name) {
      const answer = await run(["delete-generic-password", "-s", service, "-a", name]);
      if (answer.exitCode === notFound) return false;
      requireSuccess(answer, name);
      return true;
    },
    async list() {
      const { stdout } = requireSuccess(await run(["dump-keychain"]));
      const items = stdout
        .split(/^keychain: /m)
        .filter((item) => item.includes(`"svce"<blob>="${service}"`));
      return items
        .flatMap((item) => /"acct"<blob>="([A-Z0-9_]+)"/.exec(item)?.[1] ?? [])
        .toSorted();
    },
  };
}

/** It reads lines into a buffer of 4,096 bytes and takes what is longer apart. */
const securityLineLength = 4_000;

function unavailableKeyring(): SecretStore {
  const refuse = (name?: string) =>
    Promise.reject(
      new SecretSourceError(
        "KEYRING_UNAVAILABLE",
        `On this system the keyring is not available from the command line. ${instead(name)}`,
      ),
    );
  return { get: refuse, has: refuse, set: refuse, remove: refuse, list: () => refuse() };
}

function requireSuccess(answer: ToolAnswer, name?: string): ToolAnswer {
  if (answer.exitCode !== 0) throw failed(answer, name);
  return answer;
}

function failed(answer: ToolAnswer, name?: string): SecretSourceError {
  const why = answer.stderr.trim().split("\n")[0] ?? "";
  return new SecretSourceError(
    "KEYRING_FAILED",
    `The keyring refused${why === "" ? "" : ` (${why})`}. ${instead(name)}`,
  );
}

function instead(name?: string): string {
  return `Set ${secretVariable(name ?? "<NAME>")} in the environment instead.`;
}
