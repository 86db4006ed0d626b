import type { SecretPort } from "./engine-ports.ts";
import { HandlerError } from "./handler-error.ts";
import type { SecretMarker } from "./secret-marker.ts";
import { createSecretMarker } from "./secret-marker.ts";

/** The secrets that one run declares: read once when first needed, kept in memory only. */
export interface RunSecrets {
  /** True when the workflow declares none: then nothing has to be read or marked. */
  readonly isEmpty: boolean;
  /** Reads the declared secrets; those that are missing are left out. */
  load(): Promise<LoadedSecrets>;
}

export interface LoadedSecrets {
  readonly marker: SecretMarker;
  /** Just these. Throws SECRET_MISSING, naming the first that has no value. */
  pick(names: readonly string[]): ReadonlyMap<string, string>;
}

export function createRunSecrets(port: SecretPort, declared: readonly string[]): RunSecrets {
  let loaded: Promise<LoadedSecrets> | null = null;
  return {
    isEmpty: declared.length === 0,
    load() {
      loaded ??= loadSecrets(port, declared).catch((error: unknown) => {
        loaded = null; // asked again the next time
        throw error;
      });
      return loaded;
    },
  };
}

async function loadSecrets(port: SecretPort, declared: readonly string[]): Promise<LoadedSecrets> {
  const values = new Map<string, string>();
  for (const name of declared) {
    const value = await port.get(name);
    if (value !== null) values.set(name, value);
  }
  return {
    marker: createSecretMarker(values),
    pick(names) {
      const picked = new Map<string, string>();
      for (const name of names) {
        const value = values.get(name);
        if (value === undefined) throw missing(name, declared);
        picked.set(name, value);
      }
      return picked;
    },
  };
}

function missing(name: string, declared: readonly string[]): HandlerError {
  return new HandlerError(
    "SECRET_MISSING",
    declared.includes(name)
      ? `The secret ${name} has no value. Enter it again, or set HANDSHAKE_SECRET_${name}.`
      : `The secret ${name} is not declared by the workflow: add it to "secrets".`,
    { retryable: false, effectNotStarted: true },
  );
}
