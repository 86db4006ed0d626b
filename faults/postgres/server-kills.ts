import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  startPostgresServer,
  type PostgresServer,
} from "../../src-main/storage/postgres/postgres-server.conformance.ts";
import { openPostgresStorage } from "../../src-main/storage/postgres/postgres-storage.ts";
import { createAcknowledged } from "../kill-loop/acknowledged.ts";
import { openCallLedger, readCallLedger } from "../kill-loop/call-ledger.ts";
import { checkWorld, valueOf } from "../kill-loop/check-world.ts";
import type { WorkerReport } from "../kill-loop/worker-report.ts";
import { plannedRuns, type PlannedRun } from "../kill-loop/workload.ts";
import { seededRandom, type SeededRandom } from "../seeded-random.ts";
import { openSharedEngine, type SharedEngine } from "./shared-engine.ts";

export interface ServerKillsOptions {
  readonly seed: number;
  readonly kills: number;
  readonly onKill?: (kills: number) => void;
}

export interface ServerKillsResult {
  readonly kills: number;
  readonly runs: number;
  readonly acknowledged: number;
  readonly calls: number;
  /** How often an engine had to wait for the server. */
  readonly pauses: number;
  readonly seconds: number;
  readonly version: string;
  readonly problems: readonly string[];
}

/**
 * Kills the database server at seeded moments while two engines work on it, and starts it again on the same
 * data. The engines live on. In the end everything that was acknowledged is held against what is there.
 */
export async function serverKills(options: ServerKillsOptions): Promise<ServerKillsResult> {
  const startedAt = performance.now();
  const server = await startPostgresServer({
    durable: true,
    // Else each restart syncs every file of the data by itself before it begins.
    settings: { recovery_init_sync_method: "syncfs" },
  });
  const folder = mkdtempSync(join(tmpdir(), "handshake-server-kills-"));
  try {
    const result = await play(server, join(folder, "ledger"), options);
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    return { ...result, seconds };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(
  server: PostgresServer,
  ledgerFile: string,
  { seed, kills, onKill }: ServerKillsOptions,
): Promise<Omit<ServerKillsResult, "seconds">> {
  const random = seededRandom(seed);
  const ledger = openCallLedger(ledgerFile);
  const told = createAcknowledged();
  const reports: WorkerReport[] = [];
  const work = createWork((report) => reports.push(report));
  const onSubStep: SharedEngineSubStep = (recorded) =>
    reports.push({ tell: "sub-step", ...recorded });
  const open = (): Promise<SharedEngine> =>
    openSharedEngine({ url: server.url, ledger, onSubStep });
  const engines = [await open(), await open()];
  for (const engine of engines) work.watch(engine);
  const outputs = await undisturbed(work, engines);

  let killed = 0;
  const load = work.keepBusy(engines, () => killed < kills);
  while (killed < kills) {
    await work.commits(random.between(3, 60));
    await pause(random.between(0, 12));
    await server.kill();
    killed += 1;
    await pause(downTime(random));
    await server.start();
    onKill?.(killed);
    // What was told before this look has to be there; what comes meanwhile is looked at the next time.
    const before = reports.splice(0);
    told.take(before);
    told.take([{ tell: "opened", runs: await rowsOf(server) }]);
  }
  await load;
  told.take(reports.splice(0));
  const version = (await engines[0]?.storage.describe())?.version ?? "?";
  for (const engine of engines) await engine.close();
  ledger.close();

  const storage = await openPostgresStorage({ url: server.url, appVersion: "faults" });
  try {
    const calls = readCallLedger(ledgerFile);
    const expected = new Map(
      [...told.runIdOf.keys()].map((key) => [key, outputs.get(key.split("-")[1] ?? "")]),
    );
    const problems = await checkWorld({ storage, told, calls, expected, workers: 0 });
    const failed = (await storage.listRuns({ states: ["failed"], limit: 10 })).length;
    if (failed > 0) problems.push(`${failed} runs failed because of storage`);
    return {
      kills: killed,
      runs: told.runIdOf.size,
      acknowledged: told.count,
      calls: calls.length,
      pauses: engines.flatMap(({ notices }) => notices).filter((code) => code === "STORAGE_OK")
        .length,
      version,
      problems,
    };
  } finally {
    await storage.close();
  }
}

type SharedEngineSubStep = NonNullable<Parameters<typeof openSharedEngine>[0]["onSubStep"]>;

/** Mostly back at once; now and then long enough for several tries of the engines. */
function downTime(random: SeededRandom): number {
  return random.chance(0.3) ? random.between(200, 900) : random.between(0, 40);
}

/** Runs that come one set after the other, and what is heard of them. */
function createWork(tell: (report: WorkerReport) => void) {
  const ends = new Map<string, () => void>();
  const over = new Set<string>();
  const counting = new Set<() => void>();

  async function playRun(planned: PlannedRun, engine: SharedEngine): Promise<string> {
    const runId = await engine.submit(planned);
    tell({ tell: "started", requestKey: planned.requestKey, runId });
    if (!over.has(runId)) {
      const ended = Promise.withResolvers<void>();
      ends.set(runId, ended.resolve);
      await ended.promise;
    }
    tell({ tell: "ended", runId, status: "completed" });
    return runId;
  }

  async function playRound(engines: readonly SharedEngine[], round: number): Promise<string[]> {
    const planned = plannedRuns({ round, pauseMs: 4 });
    return Promise.all(
      planned.flatMap((run, index) => {
        const engine = engines[index % engines.length];
        return engine === undefined ? [] : [playRun(run, engine)];
      }),
    );
  }

  return {
    playRound,
    watch({ engine }: SharedEngine): void {
      engine.subscribe((signal) => {
        if (signal.kind !== "committed") return;
        const { runId, lastSeq, status } = signal;
        tell({ tell: "committed", runId, lastSeq, status });
        for (const count of counting) count();
        if (status !== "completed") return;
        over.add(runId);
        ends.get(runId)?.();
      });
    },
    /** Resolves after so many more commits. */
    commits(number: number): Promise<void> {
      return new Promise((resolve) => {
        let left = number;
        const count = (): void => {
          left -= 1;
          if (left > 0) return;
          counting.delete(count);
          resolve();
        };
        counting.add(count);
      });
    },
    async keepBusy(engines: readonly SharedEngine[], goesOn: () => boolean): Promise<void> {
      for (let round = 1; goesOn(); round += 1) await playRound(engines, round);
    },
  };
}

/** What each of the planned runs gives while nothing is killed, by its factor. */
async function undisturbed(
  work: ReturnType<typeof createWork>,
  engines: readonly SharedEngine[],
): Promise<ReadonlyMap<string, unknown>> {
  const runIds = await work.playRound(engines, 0);
  const outputs = new Map<string, unknown>();
  for (const [index, runId] of runIds.entries()) {
    const { storage } = engines[index % engines.length] ?? {};
    if (storage === undefined) continue;
    outputs.set(String(index + 1), await valueOf(storage, { of: "run", runId, slot: "output" }));
  }
  return outputs;
}

async function rowsOf(server: PostgresServer) {
  const storage = await openPostgresStorage({ url: server.url, appVersion: "faults" });
  try {
    const runs = await storage.listRuns({ limit: 10_000 });
    return runs.map(({ runId, lastSeq, status }) => [runId, lastSeq, status] as const);
  } finally {
    await storage.close();
  }
}
