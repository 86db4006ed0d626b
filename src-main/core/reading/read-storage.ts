import type { Storage } from "../../../app/storage/storage.ts";

/** The part of storage that reads: what screens are made of. */
export type ReadStorage = Pick<
  Storage,
  | "getRun"
  | "getJob"
  | "listRuns"
  | "listRunsOfJob"
  | "countRunsByState"
  | "getNodeExecution"
  | "getRunMetrics"
  | "listAttempts"
  | "listSubSteps"
  | "listRunEvents"
  | "listLogs"
  | "getPayload"
  | "getDefinition"
  | "listWorkflowNodeExecutions"
>;
