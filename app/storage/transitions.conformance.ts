import { expect } from "vitest";
import { ActorKind, type Actor } from "../model/actor.ts";
import { NodeStatus } from "../model/node-execution.ts";
import { isLegalTransition } from "../engine/transitions.ts";
import { conformanceTests, type OpenStorage } from "./conformance-test.conformance.ts";
import { allStates, endedAttempt, type World } from "./storage-fixture.conformance.ts";
import { human } from "./test-changes.conformance.ts";

export function transitionConformance(open: OpenStorage): void {
  const test = conformanceTests(open);

  test("[W1] [ST-11] of all 10 × 10 pairs and 4 actors a run takes the listed changes and refuses the rest", async (world) => {
    for (const from of allStates) {
      let runId = await world.runIn(from);
      for (const to of allStates) {
        for (const kind of ActorKind.options) {
          const legal = kind !== "system" && isLegalTransition("run", { from, to, actor: kind });
          const change = world.runChange(from, to, { actor: actorOf(world, kind) });
          const before = await world.snapshot(runId);
          const outcome = await world.try(runId, [change]);
          const place = `${from} > ${to} by ${kind}`;
          expect({ place, legal: outcome.ok }).toEqual({ place, legal });
          if (legal) {
            expect((await world.requireRun(runId)).status).toBe(to);
            runId = await world.runIn(from);
          } else {
            expect(outcome).toMatchObject({ error: { code: "ILLEGAL_TRANSITION" } });
            expect(await world.snapshot(runId)).toEqual(before);
          }
        }
      }
    }
    await world.expectSound();
  });

  test("[W1] [ST-11] of all pairs and actors a node execution takes the listed changes and refuses the rest", async (world) => {
    for (const from of NodeStatus.options) {
      let runId = await world.nodeIn(from);
      for (const to of NodeStatus.options) {
        for (const kind of ActorKind.options) {
          const legal = kind !== "system" && isLegalTransition("node", { from, to, actor: kind });
          const node = await world.storage.getNodeExecution(
            world.nodeIdentity(runId, 1).nodeExecutionId,
          );
          const number = node?.attemptNumber ?? 0;
          const change = world.nodeChange(runId, 1, from, to, {
            actor: actorOf(world, kind),
            ...(from === "running" && to !== "running"
              ? { attempt: endedAttempt(to, number) }
              : {}),
            ...(to === "running"
              ? { attempt: { number: number + 1, status: "running" as const } }
              : {}),
          });
          const outcome = await world.try(runId, [change]);
          const place = `${from} > ${to} by ${kind}`;
          expect({ place, legal: outcome.ok }).toEqual({ place, legal });
          expect(await world.nodeStatusOf(runId)).toBe(legal ? to : from);
          if (legal) runId = await world.nodeIn(from);
          else expect(outcome).toMatchObject({ error: { code: "ILLEGAL_TRANSITION" } });
        }
      }
    }
    await world.expectSound();
  });

  test("[ST-11] a run begins as queued, by a person, a policy or an engine", async (world) => {
    for (const kind of ActorKind.options) {
      const runId = world.newRunId();
      const outcome = await world.try(runId, [
        world.createRunChange(runId, { actor: actorOf(world, kind) }),
      ]);
      expect({ kind, ok: outcome.ok }).toEqual({ kind, ok: kind !== "system" });
    }
  });

  test("[ST-11] a node execution begins as the table says, by the engine alone", async (world) => {
    const runId = await world.runningRun();
    let sequence = 0;
    for (const status of ["queued", "running", "failed", "completed"] as const) {
      for (const kind of ActorKind.options) {
        sequence += 1;
        const outcome = await world.try(runId, [
          world.createNodeChange(runId, sequence, { status, actor: actorOf(world, kind) }),
        ]);
        expect({ status, kind, ok: outcome.ok }).toEqual({ status, kind, ok: kind === "engine" });
      }
    }
  });

  test("[R6] [ST-12] nobody but recovery makes a run or a node stalled", async (world) => {
    const runId = await world.workingRun();
    for (const kind of ActorKind.options) {
      const actor = actorOf(world, kind);
      const attempt = endedAttempt("stalled");
      expect(await world.codeOf(runId, world.runChange("running", "stalled", { actor }))).toBe(
        "ILLEGAL_TRANSITION",
      );
      expect(
        await world.codeOf(
          runId,
          world.nodeChange(runId, 1, "running", "stalled", { actor, attempt }),
        ),
      ).toBe("ILLEGAL_TRANSITION");
    }
    expect(await world.requireRun(runId)).toMatchObject({ status: "running" });
    expect((await world.recover("quit")).stalled).toMatchObject([{ runId }]);
  });

  test("[ST-11] a change whose `from` is no longer true is a conflict, not a transition", async (world) => {
    const runId = await world.runningRun();
    expect(
      await world.codeOf(runId, world.runChange("queued", "cancelled", { actor: human })),
    ).toBe("CONFLICT");
    await world.apply(runId, world.createNodeChange(runId, 1));
    expect(await world.codeOf(runId, world.nodeChange(runId, 1, "queued", "completed"))).toBe(
      "CONFLICT",
    );
  });

  test("[S2] trap: stalled → completed is refused, and no status outside the list is accepted", async (world) => {
    const runId = await world.runIn("stalled");
    expect(await world.codeOf(runId, world.runChange("stalled", "completed"))).toBe(
      "ILLEGAL_TRANSITION",
    );
    expect(
      await world.codeOf(
        runId,
        world.runChange("stalled", "done" as "completed", { actor: human }),
      ),
    ).toBe("ILLEGAL_TRANSITION");
    expect(
      await world.codeOf(
        runId,
        world.nodeChange(runId, 1, "stalled", "done" as "completed", { actor: human }),
      ),
    ).not.toBe("ok");
    expect(await world.requireRun(runId)).toMatchObject({ status: "stalled" });
  });
}

function actorOf(world: World, kind: ActorKind): Actor {
  return kind === "engine" ? world.engine : { kind, id: `a-${kind}` };
}
