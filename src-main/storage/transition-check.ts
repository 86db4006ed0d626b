import type { Actor } from "../../app/model/actor.ts";
import type { JobState } from "../../app/model/job.ts";
import type {
  ChangeNodeStatus,
  ChangeRunStatus,
  CreateNodeExecution,
} from "../../app/storage/change.ts";
import type { Fence } from "../../app/storage/storage.ts";
import { isLegalTransition } from "../../app/engine/transitions.ts";
import { GroupRejection, refuse } from "./group-rejection.ts";

// What can be said of a change of status without looking at a row: is it in the table, does its attempt
// fit, does its owner. Each throws a GroupRejection.

export function checkRunTransition(
  runId: string,
  { from, to, actor }: { readonly from: JobState | null; readonly to: JobState; actor: Actor },
): void {
  if (isLegalTransition("run", { from, to, actor: actor.kind })) return;
  throw illegal(`Run ${runId}`, from ?? "-", to, actor.kind);
}

export function checkOwner(change: ChangeRunStatus, runId: string, fence: Fence | null): void {
  const { owner, to } = change;
  if ((owner !== undefined) !== (to === "running"))
    throw refuse(`Run ${runId}`, "an owner belongs to running, and only to it");
  if (owner === undefined) return;
  if (owner.instanceId !== fence?.instanceId || owner.epoch !== fence.epoch) {
    throw refuse(`Run ${runId}`, "an engine claims runs for itself only");
  }
}

export function checkNodeTransition(change: ChangeNodeStatus): void {
  const { from, to, actor, attempt } = change;
  const ofNode = `Node execution ${change.nodeExecutionId}`;
  if (!isLegalTransition("node", { from, to, actor: actor.kind }))
    throw illegal(ofNode, from, to, actor.kind);
  if (to === "running" ? attempt?.status !== "running" : attempt?.status === "running") {
    throw refuse(ofNode, "a node is running while an attempt is, and only then");
  }
  if (from === "running" && attempt === undefined)
    throw refuse(ofNode, "leaving running ends the attempt");
  if (from !== "running" && to !== "running" && attempt !== undefined)
    throw refuse(ofNode, "it has no open attempt to end");
}

export function checkNodeCreation(change: CreateNodeExecution): void {
  const { status, actor, attempt } = change;
  const ofNode = `Node execution ${change.nodeExecutionId}`;
  if (!isLegalTransition("node", { from: null, to: status, actor: actor.kind }))
    throw illegal(ofNode, "-", status, actor.kind);
  if ((attempt?.number ?? 1) !== 1) throw refuse(ofNode, "the first attempt has number 1");
  if ((status === "running") !== (attempt?.status === "running")) {
    throw refuse(ofNode, "a node that starts at once needs attempt 1, any other none");
  }
  if (attempt !== undefined && status !== "running") throw refuse(ofNode, "it has no attempt yet");
}

function illegal(what: string, from: string, to: string, actor: string): GroupRejection {
  return new GroupRejection(
    "ILLEGAL_TRANSITION",
    `${what}: ${from} > ${to} by ${actor} is not a legal transition.`,
  );
}
