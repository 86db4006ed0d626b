import type { RunEventData } from "../model/run-event.ts";
import type { Payload } from "../model/json.ts";
import type { PayloadRef } from "../model/workflow-run.ts";
import type { Change, ChangeNodeStatus, CreateNodeExecution } from "./change.ts";

/** The one event that a change makes. The same for every backend, so that histories agree. */
export function eventOfChange(change: Change): RunEventData {
  switch (change.change) {
    case "createRun":
      return {
        type: "run.created",
        data: {
          jobId: change.jobId,
          traceId: change.traceId,
          jobKind: change.jobKind,
          workflowId: change.workflowId,
          workflowName: change.workflowName,
          definitionHash: change.definitionHash,
          inputRef: refOf(change.input),
          grants: [...change.grants],
          accessMode: change.accessMode,
          onInterrupted: change.onInterrupted,
          nodesTotal: change.nodesTotal,
          trigger: change.trigger,
          keyScope: change.keyScope,
          ...(change.parentRunId === null ? {} : { parentRunId: change.parentRunId }),
          ...(change.forkedFromRunId === null ? {} : { forkedFromRunId: change.forkedFromRunId }),
        },
      };
    case "runStatus":
      return {
        type: "run.status",
        data: {
          from: change.from,
          to: change.to,
          reason: change.reason,
          ...(change.wakeAt === undefined ? {} : { wakeAt: change.wakeAt }),
          ...(change.output === undefined ? {} : { outputRef: refOf(change.output) }),
          ...(change.error === undefined ? {} : { error: change.error }),
        },
      };
    case "runClosing":
      return { type: "run.closing", data: change.closing };
    case "runResumed":
      return {
        type: "run.resumed",
        data: {
          from: change.from,
          to: "queued",
          decisions: change.decisions.map(({ nodeExecutionId, decision }) => ({
            nodeExecutionId,
            decision,
          })),
          ...(change.policy === undefined ? {} : { policy: change.policy }),
        },
      };
    case "runAnnotated":
      return {
        type: "run.annotated",
        data: {
          ...(change.pinned === undefined ? {} : { pinned: change.pinned }),
          ...(change.tags === undefined ? {} : { tags: [...change.tags] }),
        },
      };
    case "createNode":
    case "nodeStatus":
      return { type: "node.status", data: nodeStatusOf(change) };
    case "nodeSkipped":
      return {
        type: "node.skipped",
        data: {
          nodePath: change.nodePath,
          iterationPath: change.iterationPath,
          untakenEdges: [...change.untakenEdges],
        },
      };
    case "stepIntended":
      return { type: "step.intended", data: stepOf(change) };
    case "stepRecorded":
      return {
        type: "step.recorded",
        data: { ...stepOf(change), outputRef: refOf(change.output) },
      };
    case "capabilityChecked":
      return {
        type: "capability.checked",
        data: {
          ...(change.nodePath === undefined ? {} : { nodePath: change.nodePath }),
          capability: change.capability,
          allowed: change.allowed,
          rule: change.rule,
        },
      };
    case "confirmationGiven":
      return {
        type: "confirmation.given",
        data: {
          nodeExecutionId: change.nodeExecutionId,
          attempt: change.attempt,
          inputSha256: change.inputSha256,
        },
      };
  }
}

type NodeStatusData = Extract<RunEventData, { type: "node.status" }>["data"];

// Members are added one by one: this runs for every step, and spreads of empty objects cost.
function nodeStatusOf(change: CreateNodeExecution | ChangeNodeStatus): NodeStatusData {
  const created = change.change === "createNode";
  const data: { -readonly [Key in keyof NodeStatusData]: NodeStatusData[Key] } = {
    nodeExecutionId: change.nodeExecutionId,
    nodePath: change.nodePath,
    iterationPath: change.iterationPath,
    sequence: change.sequence,
    to: created ? change.status : change.to,
  };
  if (created) {
    data.nodeType = change.nodeType;
    data.replay = change.replay;
    if (change.generation > 0) data.generation = change.generation;
    if (change.reuse !== undefined) data.outputRef = change.reuse.outputRef;
  } else {
    data.from = change.from;
  }
  if (change.reason !== undefined) data.reason = change.reason;
  if (change.attempt !== undefined) data.attempt = change.attempt;
  if (change.error !== undefined) data.error = change.error;
  if (change.input !== undefined) data.inputRef = refOf(change.input);
  if (change.output !== undefined) data.outputRef = refOf(change.output);
  if (change.takenEdges !== undefined) data.takenEdges = [...change.takenEdges];
  if (change.notBefore !== undefined) data.notBefore = change.notBefore;
  if (change.question !== undefined) data.question = change.question;
  if (change.answer !== undefined) data.answerRef = refOf(change.answer);
  return data;
}

function stepOf(change: { nodeExecutionId: string; attempt: number; name: string; n: number }) {
  return {
    nodeExecutionId: change.nodeExecutionId,
    attempt: change.attempt,
    name: change.name,
    n: change.n,
  };
}

function refOf(payload: Payload): PayloadRef {
  return { sha256: payload.sha256, bytes: payload.bytes };
}
