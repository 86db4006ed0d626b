// `node scripts/real-graphs.ts`: runs recorded graphs of scientific workflows, straight through, with
// delays, and through a kill -9; each time the order is checked against the graph from the history.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realGraphs, whyAbsent } from "./real-graph-files.ts";
import { runRealGraph, type GraphResult } from "./run-real-graph.ts";

const absent = whyAbsent();
if (absent === null) process.exitCode = await runAll();
else console.log(`Skipped: ${absent}`);

async function runAll(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "handshake-real-graphs-"));
  const results: GraphResult[] = [];
  try {
    for (const graph of realGraphs()) {
      for (const way of ["at once", "5 ms each", "killed, resumed"] as const) {
        results.push(await runRealGraph({ graph, way, folder }));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.table(
    results.map(({ problems, ...row }) => ({
      ...row,
      order: problems.length === 0 ? "ok" : "WRONG",
    })),
  );
  const wrong = results.flatMap(({ problems }) => problems);
  for (const problem of wrong.slice(0, 20)) console.log(problem);
  return wrong.length === 0 ? 0 : 1;
}
