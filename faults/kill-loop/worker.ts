// A process that the kill loop ends at any moment: it opens the data folder, resumes what was interrupted,
// and works until every planned run has ended. It begins at `go` on its standard input and closes at `quit`.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createNodeRegistry } from "../../app/engine/node-registry.ts";
import { isTerminal } from "../../app/model/job.ts";
import type { Storage } from "../../app/storage/storage.ts";
import { appVersion } from "../../src-main/core/app-version.ts";
import { startCore } from "../../src-main/core/start-core.ts";
import type { Core } from "../../src-main/core/core.ts";
import { builtInNodeTypes } from "../../src-main/nodes/built-in-nodes.ts";
import {
  openSqliteStorage,
  type SqliteStorage,
} from "../../src-main/storage/sqlite/sqlite-storage.ts";
import { openCallLedger } from "./call-ledger.ts";
import { ledgerNodeTypes } from "./ledger-nodes.ts";
import { report } from "./worker-report.ts";
import { plannedRuns, type PlannedRun } from "./workload.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "" },
    ledger: { type: "string", default: "" },
    /** Of each handler, in milliseconds. */
    pause: { type: "string", default: "0" },
    /** How often all planned runs are begun, one set after the other. */
    rounds: { type: "string", default: "1" },
    /** After each round. */
    "back-up": { type: "boolean", default: false },
  },
});
const { data: dataFolder, ledger: ledgerFile } = values;
const human = { kind: "human", via: "kill-loop" } as const;
const orders = createInterface(process.stdin);
const go = new Promise<void>((resolve) => {
  orders.once("line", () => resolve());
});

let isClosing = false;
let sqlite: SqliteStorage | null = null;
report({ tell: "loaded" });
await go;
const core = await start();
orders.once("line", () => void quit());
try {
  await resumeInterrupted(core);
  core.startEngine();
  for (let round = 1; round <= Number(values.rounds); round += 1) await playRound(core, round);
} catch (error) {
  // What is asked of an engine that stops is refused.
  if (!isClosing) throw error;
}
await close();

async function start(): Promise<Core> {
  const ledger = openCallLedger(ledgerFile);
  const registry = createNodeRegistry([
    ...builtInNodeTypes({ dataFolder }),
    ...ledgerNodeTypes({
      ledger,
      onSubStep: (recorded) => report({ tell: "sub-step", ...recorded }),
    }),
  ]);
  const started = await startCore({
    dataFolder: { path: dataFolder, isDefault: false },
    kind: "cli",
    onProgress: (step) => report({ tell: "step", step }),
    ports: { registry, openStorage: openAndTell },
  });
  started.engine.subscribe((signal) => {
    if (signal.kind !== "committed") return;
    const { runId, lastSeq, status } = signal;
    report({ tell: "committed", runId, lastSeq, status });
  });
  const { stalled, poisoned } = started.recovery;
  report({ tell: "recovered", runs: [...stalled, ...poisoned].map(({ runId }) => runId) });
  return started;
}

async function openAndTell(folder: string): Promise<Storage> {
  const storage = await openSqliteStorage({ folder, appVersion });
  sqlite = storage;
  const runs = await storage.listRuns({ limit: 1_000 });
  report({
    tell: "opened",
    runs: runs.map(({ runId, lastSeq, status }) => [runId, lastSeq, status]),
  });
  return storage;
}

/** As a person would: what was begun and may have had an effect is to be run again. */
async function resumeInterrupted({ engine, storage }: Core): Promise<void> {
  const runs = await storage.listRuns({ states: ["stalled", "poisoned"], limit: 1_000 });
  for (const { runId } of runs) {
    const nodes = await storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 1_000 });
    const begun = nodes.filter(
      ({ status, replay }) => status === "stalled" && replay === "external",
    );
    const decisions = Object.fromEntries(
      begun.map(({ nodeExecutionId }) => [nodeExecutionId, { action: "run_again" } as const]),
    );
    await engine.resumeRun({ runId, actor: human, decisions, confirmPoisoned: true });
    report({ tell: "resumed", runId });
  }
}

async function playRound(owner: Core, round: number): Promise<void> {
  const planned = plannedRuns({ round, pauseMs: Number(values.pause) });
  await Promise.all(planned.map((run) => playRun(owner, run)));
  if (!values["back-up"] || sqlite === null) return;
  report({ tell: "backed up", folder: await sqlite.backUp(`round-${round}`) });
}

async function playRun(
  { engine, storage, ...owner }: Core,
  { workflow: text, input, requestKey }: PlannedRun,
): Promise<void> {
  const known = await storage.findRunByRequestKey(requestKey);
  const submission = { text, file: `${requestKey}.json`, input, baseDir: dataFolder, requestKey };
  const runId =
    known ?? (await owner.submitWorkflow({ ...submission, grants: [], actor: human })).runId;
  report({ tell: "started", requestKey, runId });
  const status = await engine.waitForRun(runId);
  // A quit stalls it; that is told when it is resumed.
  if (isTerminal(status)) report({ tell: "ended", runId, status });
  else if (status !== "stalled") throw new Error(`Run ${runId} is ${status}: nobody answers here.`);
}

/** What still waits for a queued run waits for ever: nobody will work on it in this process. */
async function quit(): Promise<void> {
  await close();
  process.exit(0);
}

async function close(): Promise<void> {
  if (isClosing) return;
  isClosing = true;
  await core.close({ drainMs: 15 });
  report({ tell: "closed" });
  orders.close();
  process.stdin.destroy();
}
