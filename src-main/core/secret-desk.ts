import type { SecretEntry } from "../../app/contract/settings.ts";
import { environmentSecrets } from "../secrets/environment-secrets.ts";
import { layeredSecrets } from "../secrets/layered-secrets.ts";
import {
  SecretSourceError,
  type SecretSource,
  type SecretStore,
} from "../secrets/secret-source.ts";
import { secretVariable } from "../secrets/secret-source.ts";
import { sessionSecrets } from "../secrets/session-secrets.ts";
import { machineKeyring } from "./machine-secrets.ts";

/** The secrets of a host, for the engine and for the person who keeps them. Values go one way: in. */
export interface SecretDesk {
  /** For the engine. */
  readonly source: SecretSource;
  list(): Promise<{ readonly secrets: SecretEntry[]; readonly note: string | null }>;
  set(name: string, value: string): Promise<SecretEntry>;
  remove(name: string): Promise<boolean>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Of a host without a safe of its own: what is entered lives as long as the process; the environment
 * and the system's keyring are read.
 */
export function createSecretDesk(
  environment: Environment,
  keyring: SecretStore = machineKeyring(environment),
): SecretDesk {
  const session = sessionSecrets();
  return {
    source: layeredSecrets([session, environmentSecrets(environment), keyring]),
    async list() {
      const entered = await session.list();
      const kept = await listKeyring(keyring);
      const found: SecretEntry[] = [
        ...entered.map((name) => ({ name, source: "session" as const })),
        ...namesIn(environment).map((name) => ({ name, source: "environment" as const })),
        ...kept.names.map((name) => ({ name, source: "keyring" as const })),
      ];
      // The first source that has a name is the one that is used.
      const first = new Map(found.toReversed().map((entry) => [entry.name, entry]));
      const secrets = [...first.values()].toSorted((a, b) => a.name.localeCompare(b.name));
      return { secrets, note: kept.note };
    },
    async set(name, value) {
      await session.set(name, value);
      return { name, source: "session" };
    },
    async remove(name) {
      if (await session.remove(name)) return true;
      return keyring.remove(name);
    },
  };
}

function namesIn(environment: Environment): string[] {
  const prefix = secretVariable("");
  return Object.keys(environment)
    .filter((variable) => variable.startsWith(prefix))
    .map((variable) => variable.slice(prefix.length))
    .filter((name) => /^[A-Z][A-Z0-9_]{0,63}$/.test(name));
}

async function listKeyring(keyring: SecretStore) {
  try {
    return { names: await keyring.list(), note: null };
  } catch (error) {
    if (error instanceof SecretSourceError) return { names: [], note: error.message };
    throw error;
  }
}
