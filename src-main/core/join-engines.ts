import { timestamp, type Clock, type Timer } from "../../app/engine/clock.ts";
import type { Engine, OutsideCommit } from "../../app/engine/engine.ts";
import { messageOf } from "../../app/engine/to-error.ts";
import type { Storage } from "../../app/storage/storage.ts";
import { applyPolicies } from "./apply-policies.ts";
import type { CorePorts } from "./core-ports.ts";
import type { Closable, SharedDatabase } from "./shared-database.ts";
import { endLeftoverChildren } from "./recover-at-start.ts";
import { deadEngines, forgetEngines } from "./engine-locks.ts";

/** How often engines that are gone are looked for (engine.md §7). */
const lookEveryMs = 5_000;
/** As at a start; the lease decides, this stands in the event. */
const thresholdSecs = 30;

/** What an engine does for the others: obeys and shows what they commit, and stalls the runs of dead ones. */
export function joinEngines(parts: {
  readonly shared: SharedDatabase;
  readonly engine: Engine;
  readonly storage: Storage;
  readonly dataFolder: string;
  readonly bootId: string;
  readonly machineId: string;
  readonly clock: Clock;
  readonly log: CorePorts["log"];
}): Closable {
  const { shared, engine, storage, dataFolder, bootId, machineId, clock, log } = parts;
  let isClosed = false;
  let looking = Promise.resolve();
  let timer: Timer = clock.setTimer(lookEveryMs, tick);

  const hear = (commits: readonly OutsideCommit[]): Promise<void> =>
    engine.heard(commits).catch((error: unknown) => {
      log("warn", "What another engine committed could not be read.", {
        message: messageOf(error),
      });
    });
  const watch = shared.watchCommits((commits) => void hear(commits));

  function tick(): void {
    looking = look()
      .catch((error: unknown) => {
        log("warn", "Looking for engines that are gone failed.", { message: messageOf(error) });
      })
      .then(() => {
        if (!isClosed) timer = clock.setTimer(lookEveryMs, tick);
      });
  }

  async function look(): Promise<void> {
    const dead = deadEngines(dataFolder);
    const { stalled, poisoned, ended } = await storage.recoverInterruptedRuns({
      fence: engine.fence,
      at: timestamp(clock.now()),
      thresholdSecs,
      bootId,
      scope: "expired",
      deadInstances: dead,
    });
    forgetEngines(dataFolder, dead);
    const found = [...stalled, ...poisoned, ...ended];
    if (found.length === 0) return;
    log("warn", "Another engine is gone; its runs are interrupted.", { runs: found.length });
    await endLeftoverChildren(storage, { sharedBy: machineId });
    await hear(found.map(({ runId }) => ({ runId, lastSeq: 0 })));
    await applyPolicies(engine, storage);
  }

  return {
    async close() {
      isClosed = true;
      timer.cancel();
      await watch.close();
      await looking;
    },
  };
}
