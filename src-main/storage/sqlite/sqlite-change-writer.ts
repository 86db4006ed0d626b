import type Database from "better-sqlite3";
import type { Change, IntendStep, RecordStep } from "../../../app/storage/change.ts";
import type { Fence } from "../../../app/storage/storage.ts";
import { createEventWriter, type GroupContext } from "./sqlite-event-writer.ts";
import { createNodeWriter } from "./sqlite-node-writer.ts";
import { createRunWriter } from "./sqlite-run-writer.ts";
import { GroupRejection, refuse } from "../group-rejection.ts";
import { inlineText } from "../payload-limits.ts";

/** Writes the rows of one change; its event is written beside it by the same caller. */
export function createChangeWriter(db: Database.Database) {
  const runs = createRunWriter(db);
  const nodes = createNodeWriter(db);
  const writeEvent = createEventWriter(db);
  const findNode = db
    .prepare<[number, number], number>(
      "select id from node_execution where run = ? and sequence = ?",
    )
    .pluck();
  const intendStep = db.prepare(
    `insert into sub_step (execution, name, n, attempt, status, recorded_at) values (?, ?, ?, ?, 'intended', ?)
     on conflict (execution, name, n) do update set attempt = excluded.attempt, recorded_at = excluded.recorded_at`,
  );
  const recordStep = db.prepare(
    `insert into sub_step (execution, name, n, attempt, status, recorded_at, output_sha256, output_bytes, output_text)
     values (?, ?, ?, ?, 'recorded', ?, ?, ?, ?)
     on conflict (execution, name, n) do update set attempt = excluded.attempt, status = 'recorded',
       recorded_at = excluded.recorded_at, output_sha256 = excluded.output_sha256,
       output_bytes = excluded.output_bytes, output_text = excluded.output_text`,
  );

  function stepKey(change: IntendStep | RecordStep, context: GroupContext): number {
    if (change.nodeExecutionId.slice(0, 28) !== context.runId.slice(0, 28)) {
      throw refuse(`Sub-step ${change.name}`, "it belongs to another run");
    }
    const key = findNode.get(context.run, Number.parseInt(change.nodeExecutionId.slice(28), 16));
    if (key === undefined)
      throw new GroupRejection(
        "NOT_FOUND",
        `There is no node execution ${change.nodeExecutionId}.`,
      );
    return key;
  }

  /** Everything but `createRun`, which has to come before its group's context exists. */
  function writeRows(change: Change, context: GroupContext, fence: Fence | null): void {
    switch (change.change) {
      case "createRun":
        throw refuse(
          `Run ${context.runId}`,
          "it can only be created once, by a group's first change",
        );
      case "nodeStatus":
        nodes.changeNodeStatus(change, context);
        return;
      case "createNode":
        nodes.createNode(change, context);
        return;
      case "runStatus":
        runs.changeRunStatus(change, context, fence);
        return;
      case "runClosing":
        runs.closeRun(change, context);
        return;
      case "runResumed":
        runs.resumeRun(change, context);
        return;
      case "runAnnotated":
        runs.annotateRun(change, context);
        return;
      case "stepIntended":
        intendStep.run(stepKey(change, context), change.name, change.n, change.attempt, context.at);
        return;
      case "stepRecorded": {
        const { sha256, bytes } = change.output;
        recordStep.run(
          stepKey(change, context),
          change.name,
          change.n,
          change.attempt,
          context.at,
          sha256,
          bytes,
          inlineText(change.output),
        );
        return;
      }
      case "nodeSkipped":
      case "capabilityChecked":
      case "confirmationGiven":
        // History alone holds these.
        return;
    }
  }

  return { createRun: runs.createRun, writeRows, writeEvent };
}
