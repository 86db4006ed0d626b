import { fileURLToPath } from "node:url";

/**
 * What a worker thread is started with, so that it does not strip and compile some 200 files anew: that
 * takes longer than all of its work at a start. A bundle is one compiled file and needs none of it.
 */
export const keepCompiled: readonly string[] = import.meta.url.endsWith(".ts")
  ? ["--import", `data:text/javascript,${encodeURIComponent(enableCache())}`]
  : [];

/** The same folder as the command line's (bin/handshake.mjs). A thread does not inherit it. */
function enableCache(): string {
  const folder = fileURLToPath(new URL("../../node_modules/.cache/compiled/", import.meta.url));
  return `import { enableCompileCache } from "node:module"; enableCompileCache(${JSON.stringify(folder)});`;
}
