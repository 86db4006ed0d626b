import type { SecretSource } from "./secret-source.ts";

/**
 * Asks the sources in order; the first that has the secret gives it. A source that fails does not hide
 * the ones behind it: its error is thrown only when none of them has the secret.
 */
export function layeredSecrets(sources: readonly SecretSource[]): SecretSource {
  const get = async (name: string) => {
    const errors: unknown[] = [];
    for (const source of sources) {
      try {
        const value = await source.get(name);
        if (value !== null) return value;
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
    return null;
  };
  return { get, has: async (name) => (await get(name)) !== null };
}
