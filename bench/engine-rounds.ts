import type { PinnedDefinition } from "../app/model/workflow-definition.ts";
import { type BenchEngine, openBenchEngine } from "./bench-engine.ts";
import { type LongestBlock, startBlockTicker } from "./block-ticker.ts";
import { countOf } from "./step-workflows.ts";

/** What the engine does in one round. */
export interface RoundWork {
  readonly definition: PinnedDefinition;
  readonly runs: number;
  readonly nodesARun: number;
  /** What the last step of each run counts up to: it proves that every step read the one before. */
  readonly lastCount: number;
}

/** An engine that does the same work round after round, and what was seen of it. */
export interface EngineRounds {
  /** Milliseconds from the first start to the end of the last run. Outcomes are checked after it. */
  timed(): Promise<number>;
  /** A round for finding the longest block: the ticker that looks for it costs time itself. */
  watched(): Promise<LongestBlock>;
  /** Of each timed round. */
  readonly commitsAStep: readonly number[];
  /** Of the engine's thread, in microseconds: it hardly depends on the disk. */
  readonly processorUsAStep: readonly number[];
  /** Closes the engine; answers everything that was not as it should be. */
  close(): Promise<readonly string[]>;
}

export async function openEngineRounds(folder: string, work: RoundWork): Promise<EngineRounds> {
  return engineRounds(await openBenchEngine(folder), work);
}

/** Of an engine that is closed with them. */
export function engineRounds(engine: BenchEngine, work: RoundWork): EngineRounds {
  const steps = work.runs * work.nodesARun;
  const commitsAStep: number[] = [];
  const processorUsAStep: number[] = [];
  const failures: string[] = [];

  return {
    commitsAStep,
    processorUsAStep,
    async timed() {
      const commitsBefore = engine.counts.commits;
      const processor = process.threadCpuUsage();
      const begun = performance.now();
      const runIds = await engine.runAll(work);
      const ms = performance.now() - begun;
      const { user, system } = process.threadCpuUsage(processor);
      processorUsAStep.push((user + system) / steps);
      commitsAStep.push((engine.counts.commits - commitsBefore) / steps);
      failures.push(...(await wrongRuns(engine, work, runIds)));
      return ms;
    },
    async watched() {
      const ticker = startBlockTicker(() => engine.counts.commitMs);
      const runIds = await engine.runAll(work);
      const block = ticker.stop();
      failures.push(...(await wrongRuns(engine, work, runIds)));
      return block;
    },
    async close() {
      const problems = await engine.storage.verify({ quick: false });
      failures.push(...problems.slice(0, 10).map(({ where, message }) => `${where}: ${message}`));
      failures.push(...engine.complaints.map((text) => `The engine complained: ${text}`));
      await engine.close();
      return failures;
    },
  };
}

async function wrongRuns(
  engine: BenchEngine,
  work: RoundWork,
  runIds: readonly string[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const runId of runIds) {
    const run = await engine.storage.getRun(runId);
    const count = countOf(await engine.outputOf(runId));
    const found = `${run?.status}, ${run?.nodesDone} nodes done, counted to ${count}`;
    const expected = `completed, ${work.nodesARun} nodes done, counted to ${work.lastCount}`;
    if (found !== expected) wrong.push(`Run ${runId}: ${found}; expected ${expected}.`);
  }
  return wrong;
}
