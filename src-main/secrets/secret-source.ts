import { shortestMarkedSecret } from "../../app/engine/secret-marker.ts";

/** Where a secret's value comes from. Values are never kept on the disk by us. */
export interface SecretSource {
  /** Null when this source does not have it. */
  get(name: string): Promise<string | null>;
  has(name: string): Promise<boolean>;
}

/** A source that a person can change. */
export interface SecretStore extends SecretSource {
  set(name: string, value: string): Promise<void>;
  /** False when there was none. */
  remove(name: string): Promise<boolean>;
  /** Names, sorted. */
  list(): Promise<readonly string[]>;
}

export class SecretSourceError extends Error {
  readonly code: "KEYRING_UNAVAILABLE" | "KEYRING_FAILED" | "SECRET_REFUSED";

  constructor(
    code: SecretSourceError["code"],
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = "SecretSourceError";
    this.code = code;
  }
}

/** The variable that gives a secret to one process: `HANDSHAKE_SECRET_<NAME>`. */
export function secretVariable(name: string): string {
  return `HANDSHAKE_SECRET_${name}`;
}

/** The name as it stands in workflows, and a value long enough to be kept out of outputs. Throws SECRET_REFUSED. */
export function checkSecret(name: string, value: string): void {
  checkSecretName(name);
  if (value.length < shortestMarkedSecret) {
    throw new SecretSourceError(
      "SECRET_REFUSED",
      `The value of ${name} is too short: at least ${shortestMarkedSecret} characters.`,
    );
  }
}

export function checkSecretName(name: string): void {
  if (/^[A-Z][A-Z0-9_]{0,63}$/.test(name)) return;
  throw new SecretSourceError(
    "SECRET_REFUSED",
    "A secret's name is a capital letter, then up to 63 capital letters, digits and _.",
  );
}
