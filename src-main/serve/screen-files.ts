import { readFileSync, realpathSync, statSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

export interface ScreenFile {
  readonly status: 200 | 404 | 503;
  readonly type: string;
  readonly body: Buffer;
  /** The name holds a hash of the content. */
  readonly isImmutable: boolean;
}

/** Where `npm run build:renderer` puts the screens. */
export const builtScreens = fileURLToPath(new URL("../../dist/renderer", import.meta.url));

export type Theme = "system" | "light" | "dark";

/**
 * The file for a URL's path, from inside `folder` and nowhere else. A path without an extension is a
 * place in the app: index.html, with the theme on its root element before the first paint.
 */
export function screenFile(urlPath: string, folder: string, theme: Theme): ScreenFile {
  const index = readInside(folder, "index.html");
  if (index === null) return notBuilt;
  const path = safePath(urlPath);
  if (path === null) return missing;
  const extension = extname(path);
  if (extension === "" || path === "index.html") return themed(index, theme);
  const body = readInside(folder, path);
  if (body === null) return missing;
  const type = types[extension] ?? "application/octet-stream";
  return { status: 200, type, body, isImmutable: path.startsWith("assets/") };
}

/** Relative, with `/`; null where it is none that a page of ours asks for. */
function safePath(urlPath: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  if (/[\0\\:]/.test(path)) return null;
  const segments = path.split("/").filter((segment) => segment !== "");
  return segments.some((segment) => segment.startsWith(".")) ? null : segments.join("/");
}

function readInside(folder: string, path: string): Buffer | null {
  try {
    const root = realpathSync(folder);
    // A link inside may lead out.
    const real = realpathSync(join(root, path));
    if (!real.startsWith(root + sep) || !statSync(real).isFile()) return null;
    return readFileSync(real);
  } catch {
    return null;
  }
}

function themed(index: Buffer, theme: Theme): ScreenFile {
  const html = index.toString("utf8");
  const body = theme === "system" ? html : html.replace("<html", `<html data-theme="${theme}"`);
  return { status: 200, type: types[".html"], body: Buffer.from(body), isImmutable: false };
}

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
} as const satisfies Record<string, string> as Readonly<Record<string, string>> & {
  readonly ".html": string;
};

const missing: ScreenFile = {
  status: 404,
  type: "text/plain; charset=utf-8",
  body: Buffer.from("There is nothing here.\n"),
  isImmutable: false,
};

const notBuilt: ScreenFile = {
  status: 503,
  type: types[".html"],
  body: Buffer.from(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Handshake: the screens are not built</title>
<h1>The screens are not built yet</h1>
<p>Handshake runs, and your workflows with it: <code>handshake runs</code> lists them.</p>
<p>To see them here, run <code>npm run build:renderer</code> in the project's folder, then reload.</p>
</html>
`),
  isImmutable: false,
};
