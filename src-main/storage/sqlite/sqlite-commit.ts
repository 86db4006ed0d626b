import type Database from "better-sqlite3";
import type { Group } from "../../../app/storage/change.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Fence, GroupOutcome } from "../../../app/storage/storage.ts";
import { checkGroup } from "../group-check.ts";
import { summarize, type GroupSummary } from "../group-summary.ts";
import { createChangeWriter } from "./sqlite-change-writer.ts";
import { groupErrorOf, storageErrorOf } from "./sqlite-errors.ts";
import type { GroupContext } from "./sqlite-event-writer.ts";
import { GroupRejection, conflict } from "../group-rejection.ts";
import { requireFence } from "./sqlite-instances.ts";
import { createRunKeys } from "./sqlite-run-keys.ts";

export type CrashPoint = ((name: string) => void) | undefined;

interface Position {
  readonly revision: number;
  readonly lastSeq: number;
}

/** A run within one batch: what its writer knew before, and where the batch has brought it. */
interface Carried {
  readonly base: Position | null;
  now: Position;
}

/**
 * Commits groups in one transaction. The common batch runs straight through; when a group fails, the
 * transaction is rolled back and replayed with a savepoint a group, so that only the culprits are left out.
 */
export function createCommit(db: Database.Database, crashPoint: CrashPoint) {
  const begin = db.prepare("begin immediate");
  const commit = db.prepare("commit");
  const rollback = db.prepare("rollback");
  const savepoint = db.prepare("savepoint one_group");
  const release = db.prepare("release one_group");
  const undo = db.prepare("rollback to one_group");
  const writer = createChangeWriter(db);
  const keys = createRunKeys(db);
  const readPosition = db.prepare<[number], Position>(
    "select revision, last_seq as lastSeq from workflow_run where id = ?",
  );
  const advance = db.prepare(
    `update workflow_run set revision = revision + ?, last_seq = last_seq + ?, nodes_done = nodes_done + ?,
       crash_count = crash_count * ?
     where id = ? and revision = ? and last_seq = ?`,
  );
  const findGroup = db
    .prepare<[number, number, string], number>(
      "select 1 from run_event where run = ? and seq > ? and group_id = ? limit 1",
    )
    .pluck();
  const carried = new Map<string, Carried>();
  const summary: GroupSummary = { nodesDone: 0, revisions: 0, progressed: false };
  const context: GroupContext = { run: 0, runId: "", groupId: "", at: "", epoch: null };

  return function commitGroups(
    groups: readonly Group[],
    fence: Fence | null,
  ): readonly GroupOutcome[] {
    try {
      return inTransaction(fence, () =>
        groups.map((group) => accepted(group, applyGroup(group, fence))),
      );
    } catch (error) {
      if (!isOfOneGroup(error)) throw storageErrorOf(error, "Could not save");
    }
    try {
      return inTransaction(fence, () => replay(groups, fence));
    } catch (error) {
      throw storageErrorOf(error, "Could not save");
    }
  };

  function inTransaction<T>(fence: Fence | null, work: () => T): T {
    carried.clear();
    begin.run();
    try {
      crashPoint?.("commit: begun");
      if (fence !== null) requireFence(db, fence);
      const result = work();
      crashPoint?.("commit: before commit");
      commit.run();
      crashPoint?.("commit: committed");
      return result;
    } catch (error) {
      keys.clear();
      if (db.inTransaction) rollback.run();
      throw error;
    }
  }

  /** Group by group: one that fails is undone together with its run's later ones. */
  function replay(groups: readonly Group[], fence: Fence | null): readonly GroupOutcome[] {
    const missed = new Set<string>();
    return groups.map((group): GroupOutcome => {
      const { groupId, runId } = group;
      if (missed.has(runId)) return { ok: false, groupId, error: conflict(`Run ${runId}`) };
      // Where one group of a run was sent again, the ones after it were too: they must not build on it.
      const sentBefore = carried.has(runId) ? committedBefore(group) : null;
      if (sentBefore !== null) return accepted(group, sentBefore);
      savepoint.run();
      try {
        const position = applyGroup(group, fence);
        release.run();
        return accepted(group, position);
      } catch (error) {
        // The whole transaction is gone after such an error, and with it what was acknowledged here.
        if (!isOfOneGroup(error) || !db.inTransaction) throw error;
        undo.run();
        release.run();
        keys.delete(runId);
        const known = committedBefore(group);
        if (known !== null) return accepted(group, known);
        const reason = groupErrorOf(error, `Group ${groupId} of run ${runId}`);
        // Later groups of the run may build on this one.
        missed.add(runId);
        return { ok: false, groupId, error: reason };
      }
    });
  }

  function applyGroup(group: Group, fence: Fence | null): Position {
    checkGroup(group, fence);
    summarize(group, summary);
    const { changes, runId } = group;
    context.runId = runId;
    context.groupId = group.groupId;
    context.at = group.at;
    context.epoch = fence?.epoch ?? null;
    const first = changes[0];
    let written = 0;
    let position: Position;
    if (first?.change === "createRun") {
      context.run = writer.createRun(first, group, summary.nodesDone);
      keys.set(runId, context.run);
      writer.writeEvent(first, 1, context);
      written = 1;
      position = { revision: 1 + summary.revisions, lastSeq: changes.length };
      carried.set(runId, { base: null, now: position });
    } else {
      context.run = keys.require(runId);
      // Without a compare-and-set nothing else would tell that it was sent, and applied, before.
      const sentBefore =
        group.expect === null && !carried.has(runId) ? committedBefore(group) : null;
      if (sentBefore !== null) return sentBefore;
      position = advanceRun(group);
    }
    crashPoint?.("commit: run advanced");
    const base = position.lastSeq - changes.length;
    for (let index = written; index < changes.length; index += 1) {
      const change = changes[index];
      if (change === undefined) continue;
      writer.writeRows(change, context, fence);
      crashPoint?.("commit: row written");
      writer.writeEvent(change, base + index + 1, context);
      crashPoint?.("commit: event written");
    }
    return position;
  }

  /** The compare-and-set of a group: revision + 1 in the end, and room for its events. */
  function advanceRun(group: Group): Position {
    const known = carried.get(group.runId);
    const from = startOf(group, known);
    const count = group.changes.length;
    // Changes of status raise the revision in their own statements.
    const own = summary.revisions === 0 ? 1 : 1 - summary.revisions;
    const kept = summary.progressed ? 0 : 1;
    const { changes } = advance.run(
      own,
      count,
      summary.nodesDone,
      kept,
      context.run,
      from.revision,
      from.lastSeq,
    );
    if (changes !== 1) throw conflict(`Run ${group.runId}`);
    const now = { revision: from.revision + 1, lastSeq: from.lastSeq + count };
    if (known === undefined) carried.set(group.runId, { base: group.expect, now });
    else known.now = now;
    return now;
  }

  function startOf(group: Group, known: Carried | undefined): Position {
    const { expect } = group;
    if (known !== undefined && isBase(expect, known.base)) return known.now;
    return expect ?? readPosition.get(context.run) ?? { revision: -1, lastSeq: -1 };
  }

  /**
   * A group that was sent again because the answer to its COMMIT was lost: its id stands in the run's
   * history. Looked up only after it failed to apply, so that it costs nothing otherwise.
   */
  function committedBefore(group: Group): Position | null {
    const run = keys.find(group.runId);
    if (run === null) return null;
    if (findGroup.get(run, group.expect?.lastSeq ?? 0, group.groupId) === undefined) return null;
    const now = readPosition.get(run);
    if (now === undefined) return null;
    // Later groups of the run were made from the same base.
    carried.set(group.runId, { base: group.expect, now });
    return now;
  }
}

function isBase(expect: Position | null, base: Position | null): boolean {
  if (expect === null || base === null) return expect === base;
  return expect.revision === base.revision && expect.lastSeq === base.lastSeq;
}

function accepted(group: Group, position: Position): GroupOutcome {
  return {
    ok: true,
    groupId: group.groupId,
    revision: position.revision,
    lastSeq: position.lastSeq,
  };
}

/** An error that condemns one group, and not the disk, the lock or the owner. */
function isOfOneGroup(error: unknown): boolean {
  if (error instanceof GroupRejection) return true;
  const known = storageErrorOf(error, "");
  if (!(known instanceof StorageError)) return true;
  return known.code === "CONSTRAINT" || known.code === "ILLEGAL_TRANSITION";
}
