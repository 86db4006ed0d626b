import { environmentSecrets } from "../secrets/environment-secrets.ts";
import { layeredSecrets } from "../secrets/layered-secrets.ts";
import { osKeyring } from "../secrets/os-keyring.ts";
import type { SecretSource, SecretStore } from "../secrets/secret-source.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Secrets as a process without a window finds them: HANDSHAKE_SECRET_<NAME>, then the keyring. */
export function machineSecrets(environment: Environment): SecretSource {
  return layeredSecrets([environmentSecrets(environment), machineKeyring(environment)]);
}

export function machineKeyring(environment: Environment): SecretStore {
  return osKeyring({ platform: process.platform, environment });
}
