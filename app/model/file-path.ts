import { safeText } from "./safe-text.ts";

/** A path as segments, compared without touching a disk. Windows drives and shares are understood on every system. */
export interface FilePath {
  /** `"/"`, a drive like `"C:/"`, a share like `"//server/share/"`, or `""` for a relative path. */
  readonly root: string;
  readonly segments: readonly string[];
}

export type ParsedFilePath =
  | { readonly ok: true; readonly path: FilePath }
  | { readonly ok: false; readonly problem: string };

/** `.` and empty segments are dropped; `..` is refused, for what it means depends on links. */
export function parseFilePath(text: string): ParsedFilePath {
  if (text === "") return refuse("a path is missing");
  if (safeText(text) !== text) return refuse("control and invisible characters are not allowed");
  if (text.startsWith("~")) return refuse("`~` is not expanded: write the whole path");
  const { root, rest } = splitRoot(text);
  const isWindows = root !== "" && root !== "/";
  if (!isWindows && rest.includes("\\")) return refuse("separate folders with `/`");
  const segments = rest
    .split(isWindows ? /[\\/]/ : "/")
    .filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) return refuse("`..` is not allowed");
  if (isWindows && segments.some((segment) => /[:?*"<>|]|[. ]$/.test(segment))) {
    return refuse("a folder's name has a character that Windows does not allow");
  }
  return { ok: true, path: { root, segments } };
}

/** With `/` on every system; `.` for the relative path without segments. */
export function formatFilePath(path: FilePath): string {
  const text = path.root + path.segments.join("/");
  return text === "" ? "." : text;
}

/** Whether `inner` is `outer` or lies in it. Names on Windows roots are compared without case. */
export function containsPath(outer: FilePath, inner: FilePath): boolean {
  const isWindows = outer.root !== "" && outer.root !== "/";
  const fold = (text: string): string => (isWindows ? text.toLowerCase() : text);
  return (
    fold(outer.root) === fold(inner.root) &&
    outer.segments.length <= inner.segments.length &&
    outer.segments.every((segment, index) => fold(segment) === fold(inner.segments[index] ?? ""))
  );
}

/** The path as seen from `base`; an absolute path stays. */
export function resolveFilePath(base: FilePath, path: FilePath): FilePath {
  return path.root === ""
    ? { root: base.root, segments: [...base.segments, ...path.segments] }
    : path;
}

function splitRoot(text: string): { root: string; rest: string } {
  const drive = /^([A-Za-z]):[\\/]/.exec(text);
  if (drive !== null) return { root: `${(drive[1] ?? "").toUpperCase()}:/`, rest: text.slice(3) };
  const share = /^(?:\\\\|\/\/)([^\\/?.][^\\/]*)[\\/]([^\\/]+)(?:[\\/]|$)/.exec(text);
  if (share !== null) {
    return { root: `//${share[1] ?? ""}/${share[2] ?? ""}/`, rest: text.slice(share[0].length) };
  }
  return text.startsWith("/") ? { root: "/", rest: text.slice(1) } : { root: "", rest: text };
}

function refuse(problem: string): ParsedFilePath {
  return { ok: false, problem };
}
