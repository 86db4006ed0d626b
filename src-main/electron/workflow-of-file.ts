import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import type { Opening } from "../../app/contract/opening.ts";
import { WorkflowText } from "../../app/contract/workflow-choice.ts";
import { safeText } from "../../app/model/safe-text.ts";

export const workflowExtension = ".handshake";

const mostBytes = 3_000_000;

/** What the start sheet is opened with, out of a file that the desktop handed over; or why not. */
export function workflowOfFile(path: string): Opening {
  const name = safeText(basename(path)).slice(0, 200) || "A file";
  const refused = (why: string): Opening => ({
    kind: "refused",
    message: `${name} was not opened: ${why}.`,
  });
  if (extname(path) !== workflowExtension) return refused(`it is no ${workflowExtension} file`);
  try {
    const bytes = readBounded(path);
    if (bytes === null) return refused("it is no ordinary file, or larger than 3 MB");
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { kind: "workflow", file: WorkflowText.parse({ text, fileName: name, path }) };
  } catch (error) {
    return refused(error instanceof TypeError ? "it is no text in UTF-8" : "it cannot be read");
  }
}

/** Null for what is no file of a reasonable size. Never waits: a pipe is opened without its other end. */
function readBounded(path: string): Buffer | null {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(descriptor);
    return stat.isFile() && stat.size <= mostBytes ? readFileSync(descriptor) : null;
  } finally {
    closeSync(descriptor);
  }
}
