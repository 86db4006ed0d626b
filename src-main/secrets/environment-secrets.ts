import { secretVariable, type SecretSource } from "./secret-source.ts";

/** Reads `HANDSHAKE_SECRET_<NAME>`; an empty variable is none, and line ends at its end are no part of it. */
export function environmentSecrets(
  environment: Readonly<Record<string, string | undefined>>,
): SecretSource {
  const find = (name: string) => {
    const value = environment[secretVariable(name)]?.replace(/[\r\n]+$/, "");
    return value === undefined || value === "" ? null : value;
  };
  return {
    get: (name) => Promise.resolve(find(name)),
    has: (name) => Promise.resolve(find(name) !== null),
  };
}
