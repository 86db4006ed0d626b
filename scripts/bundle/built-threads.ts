import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "vitest/config";
import { commandThreads } from "./command-threads.ts";
import { replaceFileUrls } from "./move-file-urls.ts";

/**
 * For Vitest: a thread that a test starts is the one of the built command (scripts/build-for-tests.mjs), as its
 * users have it; loading some 200 sources anew took most of the time of such a test. Where the bundle is not
 * current, and while Vitest waits for changes, threads run from their sources.
 */
export function builtThreads({ root }: { readonly root: string }): Plugin {
  const built = new Map(
    Object.entries(commandThreads).map(([name, entry]) => [
      resolve(root, entry),
      pathToFileURL(resolve(root, "dist/cli", `${name}.js`)).href,
    ]),
  );
  let isWatching = false;
  return {
    name: "built-threads",
    enforce: "pre",
    configureVitest({ vitest }) {
      isWatching = vitest.config.watch;
    },
    async transform(code, id) {
      if (isWatching || !id.startsWith(resolve(root, "src-main"))) return null;
      const moved = replaceFileUrls(code, (path, whole) => {
        const bundle = built.get(resolve(dirname(id), path));
        return bundle === undefined ? whole : `new URL(${JSON.stringify(bundle)})`;
      });
      return moved === code || !(await isBuilt(root)) ? null : moved;
    },
  };
}

async function isBuilt(root: string): Promise<boolean> {
  const file = pathToFileURL(resolve(root, "bin/built-command.mjs")).href;
  const { isBuiltCommandCurrent } = (await import(file)) as {
    isBuiltCommandCurrent: () => boolean;
  };
  return isBuiltCommandCurrent();
}
