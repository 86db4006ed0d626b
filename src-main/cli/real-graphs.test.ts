import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { realGraphs, whyAbsent } from "../../scripts/real-graph-files.ts";
import { runRealGraph } from "../../scripts/run-real-graph.ts";

// Recorded graphs of scientific workflows, which are not part of the project.
const absent = whyAbsent();

describe("recorded graphs of scientific workflows", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "handshake-real-graphs-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.for(["at once", "5 ms each", "killed, resumed"] as const)(
    "[X1] [W5] each step starts after all its parents completed, and completes once: %s",
    async (way, context) => {
      if (absent !== null) context.skip(absent);
      const results = [];
      for (const graph of realGraphs()) results.push(await runRealGraph({ graph, way, folder }));
      expect(results.flatMap(({ problems }) => problems)).toEqual([]);
      expect(results.map(({ nodes }) => nodes).toSorted((a, b) => a - b)).toEqual([41, 43, 58]);
    },
  );
});
