import type { Actor } from "../../../app/model/actor.ts";
import { isTerminal, type JobState } from "../../../app/model/job.ts";
import type {
  AnnotateRun,
  ChangeRunStatus,
  CloseRun,
  Group,
  ResumeRun,
} from "../../../app/storage/change.ts";
import type { Fence } from "../../../app/storage/storage.ts";
import { conflict } from "../group-rejection.ts";
import { checkOwner, checkRunTransition } from "../transition-check.ts";
import type { RunState } from "./postgres-batch-state.ts";
import { byActor, textOf, type Position, type RunUpdate, type Writes } from "./postgres-writes.ts";

interface RunPlanOptions {
  readonly group: Group;
  readonly fence: Fence | null;
  /** As the group finds it; follows its changes. */
  readonly run: RunState;
  /** What its writer knew of it before the batch; null takes what is there. */
  readonly from: Position | null;
  readonly writes: Writes;
}

export interface RunPlan {
  changeStatus(change: ChangeRunStatus): void;
  resume(change: ResumeRun): void;
  close(change: CloseRun): void;
  annotate(change: AnnotateRun): void;
  /** Where the run comes to: with its last change, or by itself. */
  advance(to: Pick<RunUpdate, "revision" | "lastSeq" | "nodesDone" | "progressed">): void;
}

/** Plans what one group changes of its run's own row. */
export function createRunPlan({ group, fence, run, from, writes }: RunPlanOptions): RunPlan {
  const { runId, at } = group;
  const update = (changed: Partial<RunUpdate>): void => {
    writes.runUpdates.push({ ...unchanged, runId, expect: from, ...changed });
  };

  function enter(status: JobState, to: JobState, actor: Actor) {
    checkRunTransition(runId, { from: status, to, actor });
    if (run.status !== status) throw conflict(`Run ${runId}`);
    run.status = to;
    return { ...byActor(actor), from: status, to, at };
  }

  return {
    changeStatus(change) {
      checkOwner(change, runId, fence);
      update({
        status: {
          ...enter(change.from, change.to, change.actor),
          reason: change.reason,
          error: textOf(change.error),
          wakeAt: change.wakeAt ?? null,
          ownerEpoch: change.owner?.epoch ?? null,
        },
      });
      if (change.output !== undefined)
        writes.runPayloads.push({ runId, slot: "output", payload: change.output });
      if (change.metrics !== undefined)
        writes.jobMetrics.push({ runId, metrics: JSON.stringify(change.metrics) });
    },
    resume(change) {
      const entered = enter(change.from, "queued", change.actor);
      const status = { ...entered, reason: "resumed", error: null, wakeAt: null, ownerEpoch: null };
      update({ status });
    },
    close(change) {
      if (run.closing || isTerminal(run.status))
        throw conflict(`Run ${runId} has ended or is closing, or it`);
      run.closing = true;
      update({ closing: JSON.stringify(change.closing) });
    },
    annotate(change) {
      update({
        pinned: change.pinned ?? null,
        tags: change.tags === undefined ? null : JSON.stringify(change.tags),
      });
    },
    advance: update,
  };
}

const unchanged = {
  status: null,
  closing: null,
  pinned: null,
  tags: null,
  nodesDone: 0,
  progressed: false,
  revision: null,
  lastSeq: null,
} as const;
