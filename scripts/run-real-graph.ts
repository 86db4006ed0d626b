import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOrderProblems, Graph } from "./graph-order.ts";
import { RunLine } from "./handshake-json.ts";
import { runHandshake, showRun, startHandshake } from "./handshake-process.ts";
import { convertGraph, type RealGraph } from "./real-graph-files.ts";

export interface GraphResult {
  readonly graph: string;
  readonly way: GraphWay;
  readonly nodes: number;
  readonly edges: number;
  /** Nodes that were done when the process was killed. */
  readonly doneAtKill: number | null;
  readonly ms: number;
  readonly problems: readonly string[];
}

export type GraphWay = "at once" | "5 ms each" | "killed, resumed";

// A kill needs something that is still under way when it arrives.
const delays: Readonly<Record<GraphWay, { readonly delayMs?: number }>> = {
  "at once": {},
  "5 ms each": { delayMs: 5 },
  "killed, resumed": { delayMs: 300 },
};

/** Runs a graph in a data folder of its own and checks the stored history. */
export async function runRealGraph(options: {
  readonly graph: RealGraph;
  readonly way: GraphWay;
  readonly folder: string;
}): Promise<GraphResult> {
  const { graph, way, folder: cwd } = options;
  const name = `${graph.name}-${way.replaceAll(/\W+/g, "-")}`;
  const file = join(cwd, `${name}.json`);
  const data = join(cwd, name);
  const text = convertGraph(graph, delays[way]);
  writeFileSync(file, text);
  const { nodes, edges } = Graph.parse(JSON.parse(text));

  const startedAt = performance.now();
  let doneAtKill: number | null = null;
  if (way === "killed, resumed") {
    doneAtKill = await runUntil({ file, data, cwd, done: Math.floor(nodes.length / 2) });
    await runHandshake(["resume", "last", "--data", data], cwd);
  } else await runHandshake(["run", file, "--data", data], cwd);
  const ms = Math.round(performance.now() - startedAt);

  const shown = await showRun("last", { data, cwd });
  const problems = findOrderProblems({ nodes, edges }, shown).map(
    (problem) => `${name}: ${problem}`,
  );
  return {
    graph: graph.name,
    way,
    nodes: nodes.length,
    edges: edges.length,
    doneAtKill,
    ms,
    problems,
  };
}

/** Starts the run and kills it with SIGKILL when `done` nodes have completed; resolves with that number. */
async function runUntil(options: {
  readonly file: string;
  readonly data: string;
  readonly cwd: string;
  readonly done: number;
}): Promise<number> {
  const { file, data, cwd } = options;
  let completed = 0;
  const running = startHandshake({
    args: ["run", file, "--data", data],
    cwd,
    onLine(line) {
      const parsed = RunLine.parse(line);
      if (parsed.type !== "event" || parsed.event !== "node.status" || parsed.to !== "completed")
        return;
      completed += 1;
      if (completed === options.done) running.child.kill("SIGKILL");
    },
  });
  const code = await running.ended;
  if (code === 0) throw new Error(`The run of ${file} ended before it could be killed.`);
  const { nodes } = await showRun("last", { data, cwd });
  return nodes.filter(({ status }) => status === "completed").length;
}
