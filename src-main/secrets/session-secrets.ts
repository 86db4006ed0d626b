import { checkSecret, type SecretStore } from "./secret-source.ts";

/** What a person enters for as long as this process lives. */
export function sessionSecrets(): SecretStore {
  const values = new Map<string, string>();
  return {
    get: (name) => Promise.resolve(values.get(name) ?? null),
    has: (name) => Promise.resolve(values.has(name)),
    async set(name, value) {
      checkSecret(name, value);
      await Promise.resolve(values.set(name, value));
    },
    remove: (name) => Promise.resolve(values.delete(name)),
    list: () => Promise.resolve([...values.keys()].toSorted()),
  };
}
