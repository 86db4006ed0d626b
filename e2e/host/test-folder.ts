import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A spec's own place: the data, and a home, so that nothing of this machine's user is touched. */
export interface TestFolder {
  readonly path: string;
  readonly data: string;
  readonly home: string;
  /** Where workflows without a file of their own work. */
  readonly work: string;
  readonly remove: () => void;
}

export function makeTestFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), "handshake-e2e-"));
  const home = join(path, "home");
  mkdirSync(home);
  return {
    path,
    home,
    data: join(path, "data"),
    work: join(home, "Handshake"),
    // A child of what was killed may still write there for a moment.
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}
