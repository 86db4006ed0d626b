import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A C file compiled into a library that stands between a worker and the operating system. */
export type Preload =
  | { readonly ok: true; readonly file: string; remove(): void }
  | { readonly ok: false; readonly reason: string };

/** Needs Linux with glibc and a C compiler; says what is missing where they are not there. */
export function compilePreload(source: URL): Preload {
  if (process.platform !== "linux")
    return {
      ok: false,
      reason: `only Linux preloads libraries this way, this is ${process.platform}`,
    };
  const folder = mkdtempSync(join(tmpdir(), "handshake-preload-"));
  const file = join(folder, `${basename(source.pathname, ".c")}.so`);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const compiler = spawnSync(
    "gcc",
    ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", file, fileURLToPath(source), "-ldl"],
    { encoding: "utf8" },
  );
  if (compiler.status === 0) return { ok: true, file, remove };
  remove();
  const isMissing = compiler.error !== undefined;
  return {
    ok: false,
    reason: isMissing ? "there is no C compiler (gcc)" : `gcc failed: ${compiler.stderr.trim()}`,
  };
}
