import type { Group } from "../../../app/storage/change.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Fence, GroupOutcome } from "../../../app/storage/storage.ts";
import { conflict } from "../group-rejection.ts";
import { checkGroup } from "../group-check.ts";
import { groupKey, type BatchState } from "./postgres-batch-state.ts";
import { planGroup } from "./postgres-group-plan.ts";
import { addWrites, newPhase, type Phase } from "./postgres-phases.ts";
import type { Position } from "./postgres-writes.ts";

/** A run within one batch: what its writer knew before. Where the batch brought it stands in the state. */
type Bases = Map<string, Position | null>;

export interface BatchPlan {
  /** Plans one group; its writes are in `phases` when it can be applied. */
  add(group: Group): GroupOutcome;
  /** A group that was planned could not be written: later groups of its run may build on it. */
  fail(group: Group, error: StorageError): GroupOutcome;
  /** What is to be sent, in this order; taken out of the plan. */
  takePhases(): readonly Phase[];
}

/**
 * Decides in memory what becomes of each group, by rules that SQLite's statements have in their `where`:
 * the runs are locked, so what was read holds. Only what the tables alone know (unique keys, checks, a
 * recorded output) is left to the server.
 */
export function createBatchPlan(state: BatchState, fence: Fence | null): BatchPlan {
  const bases: Bases = new Map();
  const missed = new Set<string>();
  let phases: Phase[] = [];

  function add(group: Group): GroupOutcome {
    const { groupId, runId } = group;
    try {
      if (missed.has(runId)) throw conflict(`Run ${runId}`);
      if (state.committed.has(groupKey(group))) return acknowledge(group);
      checkGroup(group, fence);
      const planned = planGroup({ group, state, fence, from: startOf(group) });
      planned.keep();
      let phase = phases.at(-1);
      if (phase === undefined || planned.needsOwnPhase) phases.push((phase = newPhase()));
      addWrites(phase, planned.writes);
      if (!bases.has(runId)) bases.set(runId, planned.isNewRun ? null : group.expect);
      return { ok: true, groupId, ...planned.position };
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return fail(group, error);
    }
  }

  function fail({ groupId, runId }: Group, error: StorageError): GroupOutcome {
    missed.add(runId);
    return { ok: false, groupId, error };
  }

  /** Where the run is now: later groups of its writer were made from the same base. */
  function acknowledge({ groupId, runId, expect }: Group): GroupOutcome {
    const { revision, lastSeq } = state.runs.get(runId) ?? { revision: 0, lastSeq: 0 };
    if (!bases.has(runId)) bases.set(runId, expect);
    return { ok: true, groupId, revision, lastSeq };
  }

  /** What the group was made for: the base of its batch counts as where the batch has come to. */
  function startOf({ runId, expect }: Group): Position | null {
    const base = bases.get(runId);
    return base !== undefined && isSame(expect, base) ? null : expect;
  }

  return {
    add,
    fail,
    takePhases() {
      const taken = phases;
      phases = [];
      return taken;
    },
  };
}

function isSame(a: Position | null, b: Position | null): boolean {
  if (a === null || b === null) return a === b;
  return a.revision === b.revision && a.lastSeq === b.lastSeq;
}
