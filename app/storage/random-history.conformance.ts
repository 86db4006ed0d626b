import fc from "fast-check";
import { it } from "vitest";
import type { OpenStorage } from "./conformance-test.conformance.ts";
import { endedAttempt, World } from "./storage-fixture.conformance.ts";
import { human, payload } from "./test-changes.conformance.ts";

export function randomHistoryConformance(open: OpenStorage): void {
  it("[F1] [ST-34] after any order of changes, crashes and resumes the rows are what the history says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(13), { minLength: 5, maxLength: 60 }), async (moves) => {
        const world = await World.open(await open());
        try {
          await playRandomly(world, moves);
          await world.expectSound();
        } finally {
          await world.close();
        }
      }),
      // A failure prints the seed and the path to its smallest example.
      { numRuns: 15 },
    );
  });
}

/** Tries changes that fit a run's state now and then; refused ones are as welcome as accepted ones. */
async function playRandomly(world: World, moves: readonly number[]): Promise<void> {
  const runId = await world.createRun();
  let next = 1;
  for (const move of moves) {
    const run = await world.requireRun(runId);
    const nodes = await world.storage.listWorkflowNodeExecutions(runId, { after: 0, limit: 100 });
    const node = nodes[move % Math.max(1, nodes.length)];
    const number = node?.attemptNumber ?? 0;
    const sequence = node?.sequence ?? 1;
    const at = (
      from: Parameters<World["nodeChange"]>[2],
      to: Parameters<World["nodeChange"]>[3],
      more = {},
    ) => world.nodeChange(runId, sequence, from, to, more);
    world.advance(move * 100);
    switch (move) {
      case 0:
        await world.try(runId, [world.claimChange()]);
        break;
      case 1:
      case 2:
        if (
          (
            await world.try(runId, [
              world.createNodeChange(runId, next, { status: move === 1 ? "running" : "queued" }),
            ])
          ).ok
        )
          next += 1;
        break;
      case 3:
        await world.try(runId, [
          at("running", "completed", {
            attempt: endedAttempt("completed", number),
            output: payload(move),
            takenEdges: [0],
          }),
        ]);
        break;
      case 4:
        await world.try(runId, [
          at("running", "queued", {
            attempt: endedAttempt("queued", number),
            error: { code: "X", message: "x" },
            notBefore: world.now(),
          }),
        ]);
        break;
      case 5:
        await world.try(runId, [
          at("queued", "running", { attempt: { number: number + 1, status: "running" } }),
        ]);
        break;
      case 6:
        await world.crashAndRecover();
        break;
      case 7:
        await world.try(runId, [
          {
            change: "runResumed",
            actor: human,
            from: run.status === "poisoned" ? "poisoned" : "stalled",
            decisions: [],
          },
        ]);
        break;
      case 8:
        await world.try(runId, [at("stalled", "queued", { actor: human })]);
        break;
      case 9:
        await world.try(runId, [
          { change: "runClosing", actor: human, closing: { to: "cancelled", reason: "random" } },
        ]);
        break;
      case 10:
        await world.try(runId, [world.runChange("running", "queued", { wakeAt: world.now() })]);
        break;
      case 11:
        await world.try(runId, [
          at("queued", "awaiting_user", { question: { kind: "approval", text: "?" } }),
        ]);
        break;
      case 12:
        await world.try(runId, [
          at("awaiting_user", "completed", {
            actor: human,
            answer: payload(1),
            output: payload(1),
          }),
        ]);
        break;
      default:
        await world.try(runId, [
          {
            change: "nodeSkipped",
            actor: world.engine,
            nodePath: `skipped-${next}`,
            iterationPath: "",
            untakenEdges: [],
          },
        ]);
    }
  }
}
