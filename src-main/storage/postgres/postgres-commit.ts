import type { Group } from "../../../app/storage/change.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Fence, GroupOutcome } from "../../../app/storage/storage.ts";
import { createBatchPlan } from "./postgres-batch-plan.ts";
import { loadBatchState } from "./postgres-batch-state.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { sendPhase } from "./postgres-phases.ts";
import type { Transaction } from "./postgres-transaction.ts";

const attempted = "Could not save";

/**
 * Commits groups in one transaction of two round trips: locks and reads, then all writes with the COMMIT.
 * When the server refuses a write, the batch is done over with a savepoint a group, so that only the
 * culprit is left out.
 */
export function createCommit(connection: PostgresConnection) {
  const definitions = new Map<string, number>();

  return async function commitGroups(
    groups: readonly Group[],
    fence: Fence | null,
  ): Promise<readonly GroupOutcome[]> {
    try {
      return await connection.write(attempted, async (transaction) => {
        const state = await loadBatchState(transaction, groups, fence, definitions);
        const plan = createBatchPlan(state, fence);
        const outcomes = groups.map((group) => plan.add(group));
        for (const phase of plan.takePhases()) sendPhase(transaction, phase);
        return outcomes;
      });
    } catch (error) {
      if (!isOfOneGroup(error)) throw error;
    }
    return connection.write(attempted, (transaction) =>
      commitOneByOne(transaction, groups, fence, definitions),
    );
  };
}

async function commitOneByOne(
  transaction: Transaction,
  groups: readonly Group[],
  fence: Fence | null,
  definitions: Map<string, number>,
): Promise<readonly GroupOutcome[]> {
  const state = await loadBatchState(transaction, groups, fence, definitions);
  const plan = createBatchPlan(state, fence);
  const outcomes: GroupOutcome[] = [];
  for (const group of groups) {
    let outcome = plan.add(group);
    if (outcome.ok) {
      await transaction.run("savepoint one_group");
      try {
        for (const phase of plan.takePhases()) sendPhase(transaction, phase);
        await transaction.settle();
        await transaction.run("release savepoint one_group");
      } catch (error) {
        if (!isOfOneGroup(error)) throw error;
        await transaction.settle().catch(() => undefined);
        await transaction.run("rollback to savepoint one_group");
        outcome = plan.fail(group, error);
      }
    }
    outcomes.push(outcome);
  }
  return outcomes;
}

/** An error that condemns one group, and not the server, the connection or the owner. */
function isOfOneGroup(error: unknown): error is StorageError {
  return (
    error instanceof StorageError &&
    (error.code === "CONSTRAINT" ||
      error.code === "ILLEGAL_TRANSITION" ||
      error.code === "CONFLICT")
  );
}
