import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { linkScheme } from "./place-of-link.ts";
import { workflowExtension } from "./workflow-of-file.ts";

/** Something that a person opened from outside of the window. */
export type Opened =
  | { readonly kind: "link"; readonly link: string }
  | { readonly kind: "file"; readonly path: string };

/** A command line is not for opening a whole folder. */
const most = 10;
const optionsWithValue = new Set(["--data", "--self-test"]);

/** The links and workflow files of a command line; everything else of it is left alone. */
export function openedArguments(argv: readonly string[], workingDirectory: string): Opened[] {
  const opened = argv.flatMap((argument, at): Opened[] => {
    const isValue = optionsWithValue.has(argv[at - 1] ?? "");
    if (at === 0 || isValue || argument.startsWith("-")) return [];
    if (argument.toLowerCase().startsWith(linkScheme)) return [{ kind: "link", link: argument }];
    const path = pathOf(argument);
    if (path === null || extname(path) !== workflowExtension) return [];
    return [{ kind: "file", path: resolve(workingDirectory, path) }];
  });
  return opened.slice(0, most);
}

/** Linux desktops hand over files as URLs. Null for one that names another machine. */
function pathOf(argument: string): string | null {
  if (!argument.startsWith("file:")) return argument;
  try {
    return fileURLToPath(argument);
  } catch {
    return null;
  }
}
