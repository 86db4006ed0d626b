import { expect, test } from "vitest";
import { ActorKind } from "../../../app/model/actor.ts";
import { AttemptStatus, NodeStatus } from "../../../app/model/node-execution.ts";
import {
  attemptTransitions,
  isLegalTransition,
  nodeTransitions,
  runTransitions,
  type Transition,
} from "../../../app/engine/transitions.ts";
import { allStates, isDone, World } from "../../../app/storage/storage-fixture.conformance.ts";
import { openRaw, openTestStorage } from "./sqlite-fixture.conformance.ts";

test("[W1] the table in the database is the table in the code", async () => {
  const { folder } = await openTestStorage();
  const rows = openRaw(folder)
    .prepare(
      "select entity, from_status, to_status, actor_kind from legal_transition order by 1, 2, 3, 4",
    )
    .raw()
    .all();
  const rowsOf = (entity: string, transitions: readonly Transition<string>[]) =>
    transitions.map(({ from, to, actor }) => [entity, from ?? "-", to, actor]);
  const expected = [
    ...rowsOf("run", runTransitions),
    ...rowsOf("node", nodeTransitions),
    ...rowsOf("attempt", attemptTransitions),
  ];
  expect(rows).toEqual(expected.sort((a, b) => (a.join(" ") < b.join(" ") ? -1 : 1)));
});

test("[W1] raw SQL changes a run's status only as the table says, all pairs and actors", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const raw = openRaw(underTest.folder);
  const update = raw.prepare(
    `update workflow_run set status = @to, actor_kind = @kind, error = null,
       owner_epoch = iif(@to = 'running', owner_epoch, null), finished_at = @finishedAt,
       running_since = iif(@to = 'running', @now, null)
     where run_id = @runId`,
  );
  for (const from of allStates) {
    const runId = await world.runIn(from);
    for (const to of allStates) {
      for (const kind of ActorKind.options) {
        const place = `${from} > ${to} by ${kind}`;
        const finishedAt = isDone(to) ? world.now() : null;
        const legal = isLegalTransition("run", { from, to, actor: kind });
        // Undone at once, so that one run serves for all.
        raw.exec("begin immediate");
        expect({
          place,
          legal: attempt(() => update.run({ runId, to, kind, now: world.now(), finishedAt })),
        }).toEqual({
          place,
          legal: legal ? "changed" : `ILLEGAL_TRANSITION: run ${place}`,
        });
        raw.exec("rollback");
      }
    }
  }
  await world.close();
});

test("[W1] raw SQL changes a node's status and attempt only as the tables say, all pairs and actors", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const raw = openRaw(underTest.folder);
  const update = raw.prepare(
    `update node_execution set status = @to, actor_kind = @kind, error = null, finished_at = @finishedAt,
       attempt_number = @number, attempt_status = @attempt, attempt_started_at = @now,
       attempt_finished_at = iif(@attempt is null or @attempt = 'running', null, @now)
     where run = (select id from workflow_run where run_id = @runId) and sequence = 1`,
  );
  for (const from of NodeStatus.options) {
    const runId = await world.nodeIn(from);
    const node = await world.storage.getNodeExecution(world.nodeIdentity(runId, 1).nodeExecutionId);
    const number = node?.attemptNumber ?? 0;
    const current = node?.attemptStatus ?? null;
    for (const to of NodeStatus.options) {
      for (const kind of ActorKind.options) {
        for (const [next, attempt_] of attemptsToTry(number, current)) {
          const attemptLegal =
            to === "running"
              ? next === number + 1 && attempt_ === "running"
              : from === "running"
                ? next === number &&
                  attempt_ !== null &&
                  isLegalTransition("attempt", { from: "running", to: attempt_, actor: kind })
                : next === number && attempt_ === current;
          const legal = isLegalTransition("node", { from, to, actor: kind }) && attemptLegal;
          const place = `${from} > ${to} by ${kind}, attempt ${number} ${current ?? "-"} > ${next} ${attempt_ ?? "-"}`;
          const finishedAt = isDone(to) ? world.now() : null;
          raw.exec("begin immediate");
          const result = attempt(() =>
            update.run({
              runId,
              to,
              kind,
              number: next,
              attempt: attempt_,
              finishedAt,
              now: world.now(),
            }),
          );
          raw.exec("rollback");
          expect({ place, legal: result === "changed" }).toEqual({ place, legal });
        }
      }
    }
  }
  await world.close();
});

function attemptsToTry(
  number: number,
  current: AttemptStatus | null,
): readonly (readonly [number, AttemptStatus | null])[] {
  return [
    [number, current],
    ...AttemptStatus.options.flatMap((status) => [
      [number, status] as const,
      [number + 1, status] as const,
    ]),
    [number + 2, "running"],
  ];
}

function attempt(change: () => unknown): string {
  try {
    change();
    return "changed";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
