import { hash, randomBytes } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import type { SessionGrant } from "../../app/contract/browser-session.ts";
import { dataFile } from "../core/keeping/data-file.ts";

/** The keys of browser tabs. Only their hashes are stored, so they outlive a restart and a crash. */
export interface SessionKeys {
  grant(): SessionGrant;
  /** When the key ends, in milliseconds since 1970; null when it is not valid. */
  validUntil(key: string): number | null;
  /** False when there was no such key. */
  revoke(key: string): boolean;
}

const lifetimeMs = 12 * 60 * 60_000;
const mostKeys = 32;

const SessionFile = z.strictObject({
  sessions: z.array(z.strictObject({ sha256: z.string().length(64), expiresAt: z.iso.datetime() })),
});

export function openSessionKeys(options: {
  readonly dataFolder: string;
  readonly now: () => number;
  readonly onDamage: (path: string) => void;
}): SessionKeys {
  const { now } = options;
  const file = dataFile({
    path: join(options.dataFolder, "browser-sessions.json"),
    schema: SessionFile,
    empty: { sessions: [] },
    onDamage: options.onDamage,
  });
  const live = () => file.read().sessions.filter(({ expiresAt }) => Date.parse(expiresAt) > now());
  return {
    grant() {
      const key = randomBytes(32).toString("base64url");
      const expiresAt = new Date(now() + lifetimeMs).toISOString();
      file.write({ sessions: [...live(), { sha256: digestOf(key), expiresAt }].slice(-mostKeys) });
      return { key, expiresAt };
    },
    validUntil(key) {
      // Of a random key of 256 bits a comparison's timing tells nothing about the hash's preimage.
      const digest = digestOf(key);
      const found = live().find(({ sha256 }) => sha256 === digest);
      return found === undefined ? null : Date.parse(found.expiresAt);
    },
    revoke(key) {
      const digest = digestOf(key);
      const left = live().filter(({ sha256 }) => sha256 !== digest);
      if (left.length === live().length) return false;
      file.write({ sessions: left });
      return true;
    },
  };
}

function digestOf(key: string): string {
  return hash("sha256", key, "hex");
}
