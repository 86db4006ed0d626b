import { resolve } from "node:path";
import type { JsonValue } from "../../app/model/json.ts";
import type { FileAccess } from "./checked-path.ts";

/** What a path that is written in the workflow needs; an expression is not known yet. */
export function literalPathCapability(options: {
  readonly axis: "fs.read" | "fs.write";
  readonly path: JsonValue | undefined;
  readonly access: FileAccess;
  /** The run's, as far as it is known. */
  readonly folder: string | null;
}): readonly string[] {
  const { path, access, folder } = options;
  if (typeof path !== "string" || path === "" || path.startsWith("=")) return [];
  return [`${options.axis}:${resolve(folder ?? access.workingDirectory, path)}`];
}
