import type { Storage } from "../../../app/storage/storage.ts";
import type { DatabaseAddress } from "./postgres-address.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { describePostgres } from "./postgres-describe.ts";
import { getPayload } from "./postgres-payload-reads.ts";
import { createReads, type Reads } from "./postgres-reads.ts";
import { listRuns } from "./postgres-run-lists.ts";
import { createSchedulerReads, type SchedulerReads } from "./postgres-scheduler-reads.ts";
import { verifyPostgres } from "./postgres-verify.ts";

export interface ReadMethodsOptions {
  readonly connection: PostgresConnection;
  readonly address: DatabaseAddress;
  /** The epoch of the engine that registered through this storage: it is alive, because it asks. */
  readonly ownEpoch: () => number | null;
  /** Of that engine: what only other machines may take is not due here. */
  readonly ownMachine?: () => string | null;
}

/** The reading half of Storage. */
export function readMethods(options: ReadMethodsOptions) {
  const { connection, address, ownEpoch, ownMachine = () => null } = options;
  const read = <T>(what: string, work: (reads: Reads) => Promise<T>): Promise<T> =>
    connection.read(`Could not read ${what}`, (query) => work(createReads(query)));
  const ask = <T>(what: string, work: (reads: SchedulerReads) => Promise<T>): Promise<T> =>
    connection.read(`Could not read ${what}`, (query) =>
      work(createSchedulerReads(query, ownMachine())),
    );
  return {
    findStalledWorkflows: () =>
      ask("stalled runs", (reads) => reads.findStalledWorkflows(ownEpoch())),
    listClaimableRuns: (request) => ask("queued runs", (reads) => reads.listClaimableRuns(request)),
    nextWakeAt: () => ask("timers", (reads) => reads.nextWakeAt()),
    listDueWaitingRuns: (request) =>
      ask("waiting runs", (reads) => reads.listDueWaitingRuns(request)),
    listWorkflowNodeExecutions: (runId, page) =>
      read("steps", (reads) => reads.listWorkflowNodeExecutions(runId, page)),
    listChildProcesses: () => read("child processes", (reads) => reads.listChildProcesses()),
    listInstances: (limit) => read("engines", (reads) => reads.listInstances(limit)),
    getDefinition: (hash) => read("a definition", (reads) => reads.getDefinition(hash)),
    getRun: (runId) => read("a run", (reads) => reads.getRun(runId)),
    findRunByRequestKey: (key) => read("a run", (reads) => reads.findRunByRequestKey(key)),
    getJob: (jobId) => read("a job", (reads) => reads.getJob(jobId)),
    listRuns: (request) =>
      connection.read("Could not read runs", (query) => listRuns(query, request)),
    listRunsOfJob: (jobId) => read("runs", (reads) => reads.listRunsOfJob(jobId)),
    countRunsByState: () => read("counts", (reads) => reads.countRunsByState()),
    getNodeExecution: (id) => read("a step", (reads) => reads.getNodeExecution(id)),
    getRunMetrics: (runId) => read("metrics", (reads) => reads.getRunMetrics(runId)),
    listAttempts: (id) => read("attempts", (reads) => reads.listAttempts(id)),
    listSubSteps: (id) => read("sub-steps", (reads) => reads.listSubSteps(id)),
    listRunEvents: (runId, page) => read("history", (reads) => reads.listRunEvents(runId, page)),
    listLogs: (runId, page) => read("logs", (reads) => reads.listLogs(runId, page)),
    getPayload: (slot) =>
      connection.read("Could not read a result", (query) => getPayload(query, slot)),
    describe: () =>
      connection.read("Could not describe the data", (query) => describePostgres(query, address)),
    verify: (request) =>
      connection.read("Could not verify the data", (query) => verifyPostgres(query, request)),
  } satisfies Partial<Storage>;
}
