import type { RecordedSubStep } from "./ledger-nodes.ts";
import type { RunRow, WorkerReport } from "./worker-report.ts";

/** What workers said is done. It must be there after whatever happens to them. */
export interface Acknowledged {
  take(reports: readonly WorkerReport[]): void;
  /** The newest committed event and the state that came with it. */
  readonly runs: ReadonlyMap<string, { readonly lastSeq: number; readonly status: string }>;
  readonly runIdOf: ReadonlyMap<string, string>;
  readonly ended: ReadonlyMap<string, string>;
  readonly subSteps: readonly RecordedSubStep[];
  /** How often recovery reported each run. */
  readonly recoveries: ReadonlyMap<string, number>;
  readonly count: number;
  readonly problems: readonly string[];
}

export function createAcknowledged(): Acknowledged {
  const runs = new Map<string, { lastSeq: number; status: string }>();
  const runIdOf = new Map<string, string>();
  const ended = new Map<string, string>();
  const subSteps: RecordedSubStep[] = [];
  const recoveries = new Map<string, number>();
  const problems: string[] = [];
  let count = 0;

  function take(report: WorkerReport): void {
    switch (report.tell) {
      case "committed": {
        count += 1;
        const before = runs.get(report.runId);
        if (before !== undefined && before.lastSeq > report.lastSeq) return;
        runs.set(report.runId, { lastSeq: report.lastSeq, status: report.status });
        return;
      }
      case "started": {
        count += 1;
        const before = runIdOf.get(report.requestKey) ?? report.runId;
        if (before !== report.runId)
          problems.push(`run ${report.requestKey} was ${before} and is now ${report.runId}`);
        runIdOf.set(report.requestKey, report.runId);
        return;
      }
      case "sub-step":
        count += 1;
        subSteps.push(report);
        return;
      case "ended":
        count += 1;
        ended.set(report.runId, report.status);
        return;
      case "recovered":
        for (const runId of report.runs) recoveries.set(runId, (recoveries.get(runId) ?? 0) + 1);
        return;
      case "opened":
        checkOpened(report.runs);
        return;
      case "loaded":
      case "step":
      case "resumed":
      case "backed up":
      case "closed":
        return;
    }
  }

  /** Right after a kill, before recovery writes anything that could hide a loss. */
  function checkOpened(found: readonly RunRow[]): void {
    const seen = new Map(found.map(([runId, lastSeq, status]) => [runId, { lastSeq, status }]));
    for (const [runId, { lastSeq, status }] of runs) {
      const now = seen.get(runId);
      if (now === undefined) problems.push(`lost: run ${runId} is gone`);
      else if (now.lastSeq < lastSeq)
        problems.push(`lost: run ${runId} was told up to event ${lastSeq}, has ${now.lastSeq}`);
      else if (now.lastSeq === lastSeq && now.status !== status)
        problems.push(`run ${runId} was told to be ${status} at event ${lastSeq}: ${now.status}`);
    }
    for (const runId of runIdOf.values()) {
      if (!seen.has(runId)) problems.push(`lost: run ${runId}, whose start was told, is gone`);
    }
  }

  return {
    take: (reports) => reports.forEach(take),
    runs,
    runIdOf,
    ended,
    subSteps,
    recoveries,
    problems,
    get count() {
      return count;
    },
  };
}
