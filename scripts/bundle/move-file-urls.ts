import { basename, dirname, relative, resolve } from "node:path";
import type { Plugin } from "vite";

/**
 * `new URL("…", import.meta.url)` names a file beside the source. In a bundle it is another bundle, which
 * `moved` knows by its first file, or the same file (migrations, package.json) seen from `outDir`.
 */
export function moveFileUrls(options: {
  readonly root: string;
  readonly outDir: string;
  readonly moved: ReadonlyMap<string, string>;
}): Plugin {
  const { root, outDir, moved } = options;
  return {
    name: "move-file-urls",
    transform(code, id) {
      if (!id.startsWith(resolve(root, "src-main")) || !code.includes("import.meta.url"))
        return null;
      return replaceFileUrls(code, (path) => {
        const file = resolve(dirname(id), path);
        const to = moved.get(file) ?? relative(outDir, file) + (path.endsWith("/") ? "/" : "");
        if (to.endsWith(".ts")) this.error(`${basename(id)} starts ${path}, which is no bundle`);
        return `new URL(${JSON.stringify(to)}, import.meta.url)`;
      });
    },
  };
}

/** Replaces each `new URL("…", import.meta.url)` of a source. */
export function replaceFileUrls(
  code: string,
  replace: (path: string, whole: string) => string,
): string {
  return code.replace(fileUrl, (whole, path: string) => replace(path, whole));
}

const fileUrl = /new URL\(\s*"([^"]+)",\s*import\.meta\.url,?\s*\)/g;
