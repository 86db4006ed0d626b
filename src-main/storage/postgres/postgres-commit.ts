import type { Group } from "../../../app/storage/change.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { Fence, GroupOutcome } from "../../../app/storage/storage.ts";
import { createBatchPlan } from "./postgres-batch-plan.ts";
import { loadBatchState } from "./postgres-batch-state.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { lockInstance } from "./postgres-instances.ts";
import { together } from "./postgres-multi-row.ts";
import { partsOf, sendPhase } from "./postgres-phases.ts";
import { presumeState } from "./postgres-presumed-state.ts";
import type { Transaction } from "./postgres-transaction.ts";
import { uuidOrNull } from "./postgres-values.ts";

const attempted = "Could not save";

/**
 * Commits groups in one transaction. An engine knows its runs: what its groups say of them is presumed, and
 * one statement, one round trip, checks and writes it all. Where that does not hold, or the groups do not
 * say enough, two round trips: locks and reads, then all writes with the COMMIT. When the server refuses
 * one of these, the batch is done over with a savepoint a group, so that only the culprit is left out.
 */
export function createCommit(connection: PostgresConnection) {
  const definitions = new Map<string, number>();

  return async function commitGroups(
    groups: readonly Group[],
    fence: Fence | null,
  ): Promise<readonly GroupOutcome[]> {
    try {
      const outcomes = fence === null ? null : await commitPresumed(groups, fence);
      if (outcomes !== null) return outcomes;
    } catch (error) {
      // It was rolled back. What is there is read now.
      if (!isOfOneGroup(error)) throw error;
    }
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

  /** Null when it takes more than one statement, or when a group cannot be applied as it is presumed. */
  async function commitPresumed(
    groups: readonly Group[],
    fence: Fence,
  ): Promise<readonly GroupOutcome[] | null> {
    const state = presumeState(groups, definitions);
    if (state === null) return null;
    const plan = createBatchPlan(state, fence);
    const outcomes = groups.map((group) => plan.add(group));
    const [phase, ...morePhases] = plan.takePhases();
    const [wave, ...moreWaves] = phase?.waves ?? [];
    if (wave === undefined || morePhases.length > 0 || moreWaves.length > 0) return null;
    if (wave.largePayloads.length > 0 || outcomes.some(({ ok }) => !ok)) return null;
    const guard = { sql: lockInstance.text, values: [fence.epoch, uuidOrNull(fence.instanceId)] };
    const { statement, values } = together(partsOf(wave), guard);
    await connection.writeAtOnce(attempted, statement, values);
    return outcomes;
  }
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
