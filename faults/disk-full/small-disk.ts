import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";

/** A place for a data folder that can be made full and free again. */
export interface SmallDisk {
  readonly kind: "a full file system" | "a limit of pages";
  readonly folder: string;
  /** Leaves so many pages of 4 KB. */
  fill(pages: number): void;
  free(): void;
  remove(): void;
}

const diskBytes = 16 * 2 ** 20;
const pageBytes = 4_096;

/** A file system of its own in memory where this process may mount one; else SQLite's own limit. */
export function makeSmallDisk(): SmallDisk {
  return mountDisk() ?? limitPages();
}

function mountDisk(): SmallDisk | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), "handshake-small-disk-"));
  try {
    const size = `size=${diskBytes}`;
    execFileSync("mount", ["-t", "tmpfs", "-o", size, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    // Not allowed here, root or not: a container, for instance.
    rmSync(folder, { recursive: true });
    return null;
  }
  const filler = join(folder, "filler");
  return {
    kind: "a full file system",
    folder,
    fill(pages) {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - pages * pageBytes)));
    },
    free: () => rmSync(filler, { force: true }),
    remove() {
      execFileSync("umount", [folder]);
      rmSync(folder, { recursive: true });
    },
  };
}

function limitPages(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "handshake-small-disk-"));
  const writers = new Set<Database.Database>();
  // Reassigned below, called with the connection that it belongs to.
  // oxlint-disable-next-line typescript/unbound-method
  const real = Database.prototype.pragma;
  Database.prototype.pragma = function pragma(source, options) {
    if (source === "journal_mode = wal") writers.add(this);
    return real.call(this, source, options);
  };
  const limit = (pagesLeft: number): void => {
    for (const db of writers) {
      if (!db.open) continue;
      const pages = Number(real.call(db, "page_count", { simple: true }));
      real.call(db, `max_page_count = ${pages + pagesLeft}`);
    }
  };
  return {
    kind: "a limit of pages",
    folder,
    fill: limit,
    free: () => limit(1_000_000),
    remove() {
      Database.prototype.pragma = real;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
