import { hash } from "node:crypto";
import { newRunId } from "../../app/model/execution-id.ts";
import type { JobState } from "../../app/model/job.ts";
import type { Group } from "../../app/storage/change.ts";
import type { Fence } from "../../app/storage/storage.ts";
import { seededRandom, type SeededRandom } from "../../faults/seeded-random.ts";
import { copyOf } from "../../src-main/core/handlers/library-entry.ts";
import { openRememberedGrants } from "../../src-main/core/keeping/remembered-grants.ts";
import { openWorkflowLibrary } from "../../src-main/core/keeping/workflow-library.ts";
import { machineIdentity } from "../../src-main/machine-identity.ts";
import { takeDataLock } from "../../src-main/storage/sqlite/data-lock.ts";
import {
  openSqliteStorage,
  type SqliteStorage,
} from "../../src-main/storage/sqlite/sqlite-storage.ts";
import { notableRuns } from "./notable-runs.ts";
import { playRun, type RunPlayer } from "./play-run.ts";
import { sessionsWith, type Session } from "./seed-sessions.ts";
import { readSeedWorkflows, type SeedWorkflow } from "./seed-workflows.ts";

export interface Seeding {
  /** Empty, or not there: its lock is taken while it is filled. */
  readonly folder: string;
  readonly runs: number;
  /** When the history ends; four minutes before, the app was killed. */
  readonly nowMs: number;
  /** The same one makes the same history. */
  readonly seed: number;
  readonly onProgress?: (stored: number) => void;
}

export interface Seeded {
  readonly runs: Readonly<Record<JobState, number>>;
}

const groupsACommit = 5_000;

/** Fills a data folder with a believable history, through the storage that the app itself uses. */
export async function fillFolder(seeding: Seeding): Promise<Seeded> {
  const { folder, nowMs } = seeding;
  const identity = machineIdentity();
  const owner = { kind: "seed", pid: identity.pid, since: new Date(nowMs).toISOString() };
  const lock = takeDataLock(folder, owner);
  try {
    const storage = await openSqliteStorage({ folder, appVersion: "0.1.0" });
    try {
      const workflows = readSeedWorkflows();
      for (const { pinned } of workflows.values()) {
        await storage.putDefinition(pinned, new Date(nowMs).toISOString());
      }
      keepWorkflows(folder, workflows, nowMs);
      await playSessions(storage, seeding, workflows);
      return { runs: await storage.countRunsByState() };
    } finally {
      await storage.close();
    }
  } finally {
    lock.release();
  }
}

/** Their copies in the library, and the permissions of one that is always allowed. */
function keepWorkflows(
  folder: string,
  workflows: ReadonlyMap<string, SeedWorkflow>,
  nowMs: number,
): void {
  const onDamage = (path: string): void => {
    throw new Error(`${path} is damaged.`);
  };
  const library = openWorkflowLibrary(folder, onDamage);
  const addedAt = new Date(nowMs - 30 * 86_400_000).toISOString();
  const digest = (text: string) => ({
    sha256: hash("sha256", text, "hex"),
    bytes: Buffer.byteLength(text),
  });
  for (const { fileName, text } of workflows.values()) {
    library.put(copyOf({ digest }, { text, fileName, path: null, addedAt }));
  }
  const always = workflows.get("daily-digest");
  if (always === undefined) return;
  const { pinned, grants } = always;
  openRememberedGrants(folder, onDamage).add(
    grants.map((capability) => ({
      definitionHash: pinned.hash,
      workflowId: pinned.resolved.id,
      workflowName: pinned.resolved.name,
      capability,
      grantedAt: addedAt,
    })),
  );
}

interface Playing {
  readonly storage: SqliteStorage;
  readonly newUuid: () => string;
  readonly random: SeededRandom;
  /** Those that can still go on, with how often they are resumed after an interruption. */
  open: { readonly player: RunPlayer; resumes: number }[];
}

async function playSessions(
  storage: SqliteStorage,
  { runs, nowMs, seed, onProgress }: Seeding,
  workflows: ReadonlyMap<string, SeedWorkflow>,
): Promise<void> {
  const random = seededRandom(seed);
  const notable = notableRuns(workflows, nowMs).slice(0, runs);
  const ordinary = runs - notable.length;
  const playing: Playing = { storage, newUuid: uuidsOf(random), random, open: [] };
  const identity = machineIdentity();
  let stored = 0;
  let boot = 0;
  for (const session of sessionsWith({ notable, ordinary, workflows, nowMs, random })) {
    // The newest boots are this one: what is interrupted last was a crash, not a power loss.
    const isRecent = session.startMs > nowMs - 46 * 3_600_000;
    const bootId = isRecent ? identity.bootId : `seeded-boot-${boot}`;
    await playSession(playing, session, bootId);
    if (session.end === "power_loss") boot += 1;
    stored += session.runs.length;
    onProgress?.(stored);
  }
}

async function playSession(playing: Playing, session: Session, bootId: string): Promise<void> {
  const { storage, newUuid } = playing;
  const { startMs, endMs, end } = session;
  const startedAt = iso(startMs);
  const fence = await storage.registerInstance({
    instanceId: newUuid(),
    kind: "app",
    pid: 4_000 + (startMs % 9_000),
    processStartedAt: startedAt,
    bootId,
    machineId: "seeded-machine",
    appVersion: "0.1.0",
    at: startedAt,
  });
  await recover(playing, fence, { atMs: startMs, bootId, scope: "start" });
  const batch = openBatch(storage, fence);
  await resumeInterrupted(playing, session, fence, batch);
  for (const { player } of playing.open) await batch.add(player.playUntil(endMs, fence));
  for (const { story, resumes } of session.runs) {
    const runId = newRunId(story.startMs, bytesOf(playing.random, 6));
    const player = playRun(story, { runId, newUuid });
    await batch.add(player.playUntil(endMs, fence));
    if (isUnfinished(player)) playing.open.push({ player, resumes });
  }
  await batch.flush();
  playing.open = playing.open.filter(({ player }) => isUnfinished(player));
  await storage.heartbeatWorkflow(fence, iso(endMs));
  if (end !== "clean") return;
  await recover(playing, fence, { atMs: endMs, bootId, scope: "quit" });
  await storage.markInstanceClean(fence, iso(endMs));
}

async function recover(
  { storage, open }: Playing,
  fence: Fence,
  {
    atMs,
    bootId,
    scope,
  }: { readonly atMs: number; readonly bootId: string; readonly scope: "start" | "quit" },
): Promise<void> {
  // A transaction of its own waits for the disk.
  if (!open.some(({ player }) => player.status === "running")) return;
  const report = await storage.recoverInterruptedRuns({
    fence,
    at: iso(atMs),
    thresholdSecs: 30,
    bootId,
    scope,
  });
  const marked = new Set([...report.stalled, ...report.poisoned].map(({ runId }) => runId));
  for (const { player } of open) if (marked.has(player.runId)) player.interrupt();
}

async function resumeInterrupted(
  { storage, open }: Playing,
  { startMs }: Session,
  fence: Fence,
  batch: Batch,
): Promise<void> {
  for (const [index, run] of open.entries()) {
    const { player } = run;
    if (run.resumes === 0 || player.status !== "stalled") continue;
    // Set aside meanwhile: only a person's typed confirmation resumes it.
    if ((await storage.getRun(player.runId))?.status !== "stalled") continue;
    run.resumes -= 1;
    await batch.add(player.resume(startMs + 60_000 + index * 400, fence));
  }
}

interface Batch {
  add(groups: readonly Group[]): Promise<void>;
  flush(): Promise<void>;
}

/** One transaction for many runs: each waits for the disk once. */
function openBatch(storage: SqliteStorage, fence: Fence): Batch {
  let groups: Group[] = [];
  async function flush(): Promise<void> {
    const sent = groups;
    groups = [];
    for (const outcome of await storage.commit(sent, fence)) if (!outcome.ok) throw outcome.error;
  }
  return {
    async add(more) {
      groups.push(...more);
      if (groups.length >= groupsACommit) await flush();
    },
    flush,
  };
}

function isUnfinished({ status }: RunPlayer): boolean {
  return ["queued", "running", "stalled", "awaiting_user", "awaiting_validation"].includes(status);
}

function uuidsOf(random: SeededRandom): () => string {
  return () => {
    const hex = [...bytesOf(random, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
}

function bytesOf(random: SeededRandom, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.below(256));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
