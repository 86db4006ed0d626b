import { createNodeRegistry } from "../../app/engine/node-registry.ts";
import { isTerminal } from "../../app/model/job.ts";
import type { Core } from "../../src-main/core/core.ts";
import { openStorage } from "../../src-main/core/open-storage.ts";
import { startCore } from "../../src-main/core/start-core.ts";
import { builtInNodeTypes } from "../../src-main/nodes/built-in-nodes.ts";
import type { Acknowledged } from "../kill-loop/acknowledged.ts";
import type { CallLedger } from "../kill-loop/call-ledger.ts";
import { ledgerNodeTypes } from "../kill-loop/ledger-nodes.ts";
import { plannedRuns, type PlannedRun } from "../kill-loop/workload.ts";
import { quickClock } from "./quick-clock.ts";

export interface ObservedCore {
  readonly core: Core;
  /** Codes of the notices that a person would see. */
  readonly notices: readonly string[];
}

export interface ObservedOptions {
  readonly dataFolder: string;
  readonly told: Acknowledged;
  readonly ledger: CallLedger;
  readonly onNotice?: (code: string) => void;
}

/** A core whose every acknowledgement is noted. */
export async function startObserved(options: ObservedOptions): Promise<ObservedCore> {
  const { dataFolder, told, ledger, onNotice } = options;
  const notices: string[] = [];
  const core = await startCore({
    dataFolder: { path: dataFolder, isDefault: false },
    kind: "cli",
    ports: {
      clock: quickClock(20),
      registry: createNodeRegistry([
        ...builtInNodeTypes({ dataFolder }),
        ...ledgerNodeTypes({
          ledger,
          onSubStep: (recorded) => told.take([{ tell: "sub-step", ...recorded }]),
        }),
      ]),
      async openStorage(folder) {
        const storage = await openStorage(folder);
        const runs = await storage.listRuns({ limit: 1_000 });
        const rows = runs.map(({ runId, lastSeq, status }) => [runId, lastSeq, status] as const);
        told.take([{ tell: "opened", runs: rows }]);
        return storage;
      },
    },
  });
  core.engine.subscribe((signal) => {
    if (signal.kind === "committed") {
      const { runId, lastSeq, status } = signal;
      told.take([{ tell: "committed", runId, lastSeq, status }]);
    }
    if (signal.kind !== "notice") return;
    notices.push(signal.code);
    onNotice?.(signal.code);
  });
  const { stalled, poisoned } = core.recovery;
  told.take([{ tell: "recovered", runs: [...stalled, ...poisoned].map(({ runId }) => runId) }]);
  return { core, notices };
}

export interface PlayOptions {
  /** How many of the planned ones; the third has a large result. */
  readonly runs?: number;
  readonly onBegun?: () => void;
}

/** Resumes what is stalled, begins what was not begun, and waits until all has ended. */
export async function playAll(
  core: Core,
  told: Acknowledged,
  options: PlayOptions = {},
): Promise<void> {
  const { runs = 3, onBegun } = options;
  const { engine, storage } = core;
  const actor = { kind: "human", via: "io-faults" } as const;
  const stalled = await storage.listRuns({ states: ["stalled", "poisoned"], limit: 1_000 });
  for (const { runId } of stalled) {
    const nodes = await storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 1_000 });
    const begun = nodes.filter(
      ({ status, replay }) => status === "stalled" && replay === "external",
    );
    const decisions = Object.fromEntries(
      begun.map(({ nodeExecutionId }) => [nodeExecutionId, { action: "run_again" } as const]),
    );
    await engine.resumeRun({ runId, actor, decisions, confirmPoisoned: true });
  }
  core.startEngine();
  const planned = plannedRuns({ round: 1, pauseMs: 2 }).slice(0, runs);
  const begun = await Promise.all(planned.map((run) => begin(core, told, run)));
  onBegun?.();
  await Promise.all(begun.map((runId) => waitFor(core, told, runId)));
}

async function begin(core: Core, told: Acknowledged, run: PlannedRun): Promise<string> {
  const { workflow: text, input, requestKey } = run;
  const { runId } = await core.submitWorkflow({
    text,
    file: `${requestKey}.json`,
    input,
    grants: [],
    baseDir: "/",
    actor: { kind: "human", via: "io-faults" },
    requestKey,
  });
  told.take([{ tell: "started", requestKey, runId }]);
  return runId;
}

async function waitFor({ engine }: Core, told: Acknowledged, runId: string): Promise<void> {
  const status = await engine.waitForRun(runId);
  if (!isTerminal(status)) throw new Error(`Run ${runId} is ${status}.`);
  told.take([{ tell: "ended", runId, status }]);
}
