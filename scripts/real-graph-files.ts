import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// Not part of the project: three instances of the public WfCommons collection, and a converter.
const projectRoot = fileURLToPath(new URL("../", import.meta.url));
const shared = resolve(projectRoot, process.env["HANDSHAKE_SHARED"] ?? "../shared");
const dataFolder = join(shared, "data");
const converter = join(shared, "tools", "wfcommons-to-workflow.mjs");

export interface RealGraph {
  readonly name: string;
  readonly file: string;
}

/** Null when the graphs are there; else what is missing and how to name another place. */
export function whyAbsent(): string | null {
  const missing = [dataFolder, converter].find((path) => !existsSync(path));
  if (missing === undefined && realGraphs().length > 0) return null;
  return "the recorded graphs are not here (../shared, or the folder that HANDSHAKE_SHARED names)";
}

export function realGraphs(): readonly RealGraph[] {
  return readdirSync(dataFolder)
    .filter((file) => file.endsWith(".json"))
    .toSorted()
    .map((file) => ({ name: basename(file, ".json"), file: join(dataFolder, file) }));
}

/** The graph as a workflow file's text; with `delayMs` each task waits that long. */
export function convertGraph(
  graph: RealGraph,
  options: { readonly delayMs?: number } = {},
): string {
  const delay = options.delayMs === undefined ? [] : ["--delay-ms", String(options.delayMs)];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [converter, graph.file, ...delay],
    {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (status !== 0) throw new Error(`${graph.name} could not be converted: ${stderr}`);
  return stdout;
}
