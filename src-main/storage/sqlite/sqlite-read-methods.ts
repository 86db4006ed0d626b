import type Database from "better-sqlite3";
import type { PayloadSlot, Storage } from "../../../app/storage/storage.ts";
import type { Payload } from "../../../app/model/json.ts";
import type { BlobFolder } from "./sqlite-blobs.ts";
import { describeSqlite } from "./sqlite-describe.ts";
import type { Reads } from "./sqlite-reads.ts";
import { verifySqlite } from "./sqlite-verify.ts";

/** What reading needs of a connection. */
export interface ReadingConnection {
  readonly db: Database.Database;
  readonly reads: Reads;
  readonly getPayload: (slot: PayloadSlot) => Payload | null;
}

export interface ReadMethodsOptions {
  /** Runs `work` on the connection of the moment; its errors begin with `attempted`. */
  readonly perform: <T>(attempted: string, work: (on: ReadingConnection) => T) => Promise<T>;
  readonly blobs: BlobFolder;
  readonly folder: string;
  /** The epoch of the engine that registered on this connection: it is alive, because it asks. */
  readonly ownEpoch: () => number | null;
}

/** The reading half of Storage, the same for the writer's connection and for read-only ones. */
export function readMethods({ perform, blobs, folder, ownEpoch }: ReadMethodsOptions) {
  const read = <T>(what: string, work: (reads: Reads) => T): Promise<T> =>
    perform(`Could not read ${what}`, ({ reads }) => work(reads));
  return {
    findStalledWorkflows: (thresholdSecs, now) =>
      read("stalled runs", (reads) => reads.findStalledWorkflows(thresholdSecs, now, ownEpoch())),
    listWorkflowNodeExecutions: (runId, page) =>
      read("steps", (reads) => reads.listWorkflowNodeExecutions(runId, page)),
    listChildProcesses: () => read("child processes", (reads) => reads.listChildProcesses()),
    listInstances: (limit) => read("engines", (reads) => reads.listInstances(limit)),
    listClaimableRuns: (request) =>
      read("queued runs", (reads) => reads.listClaimableRuns(request)),
    nextWakeAt: () => read("timers", (reads) => reads.nextWakeAt()),
    listDueWaitingRuns: (request) =>
      read("waiting runs", (reads) => reads.listDueWaitingRuns(request)),
    getDefinition: (hash) => read("a definition", (reads) => reads.getDefinition(hash)),
    getRun: (runId) => read("a run", (reads) => reads.getRun(runId)),
    findRunByRequestKey: (key) => read("a run", (reads) => reads.findRunByRequestKey(key)),
    getJob: (jobId) => read("a job", (reads) => reads.getJob(jobId)),
    listRuns: (query) => read("runs", (reads) => reads.listRuns(query)),
    listRunsOfJob: (jobId) => read("runs", (reads) => reads.listRunsOfJob(jobId)),
    countRunsByState: () => read("counts", (reads) => reads.countRunsByState()),
    getNodeExecution: (id) => read("a step", (reads) => reads.getNodeExecution(id)),
    getRunMetrics: (runId) => read("metrics", (reads) => reads.getRunMetrics(runId)),
    listAttempts: (id) => read("attempts", (reads) => reads.listAttempts(id)),
    listSubSteps: (id) => read("sub-steps", (reads) => reads.listSubSteps(id)),
    listRunEvents: (runId, page) => read("history", (reads) => reads.listRunEvents(runId, page)),
    listLogs: (runId, page) => read("logs", (reads) => reads.listLogs(runId, page)),
    getPayload: (slot) => perform("Could not read a result", ({ getPayload }) => getPayload(slot)),
    describe: () => perform("Could not describe the data", ({ db }) => describeSqlite(db, folder)),
    verify: ({ quick }) =>
      perform("Could not verify the data", ({ db, reads }) =>
        verifySqlite({ db, reads, blobs, quick }),
      ),
  } satisfies Partial<Storage>;
}
