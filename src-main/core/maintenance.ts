import type { Clock } from "../../app/engine/clock.ts";
import type { Storage } from "../../app/storage/storage.ts";
import type { SharedDatabase } from "./shared-database.ts";

/** The data, with the care that its backend takes of it beside storing. */
export interface MaintainedStorage extends Storage {
  /** Backs up and tidies as far as it is due. Absent where somebody else sees to that. */
  maintain?(reason: MaintenanceReason): Promise<void>;
  /** Makes a copy of the data now; answers its folder. Absent like `maintain`. */
  backUp?(reason: string): Promise<string>;
  /** Newest first. */
  listBackups?(): readonly StoredBackup[];
  /** Present where other engines work on the same data. */
  readonly shared?: SharedDatabase;
}

export interface StoredBackup {
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly schemaVersion: number;
  readonly reason: string;
}

export type MaintenanceReason = "daily" | "quit";

export interface Maintenance {
  /** Looks after the data for the last time, when what is under way has ended. Never rejects. */
  end(): Promise<void>;
  /** Stops without that. */
  cancel(): void;
}

/** An owner may live for weeks, so it asks every hour whether a day has passed. */
const everyMs = 3_600_000;

/** Has the storage look after its data every hour and at the end. What fails is told and tried again. */
export function startMaintenance(options: {
  readonly storage: Pick<MaintainedStorage, "maintain">;
  readonly clock: Pick<Clock, "setTimer">;
  readonly onFailure: (error: unknown) => void;
}): Maintenance {
  const { storage, clock, onFailure } = options;
  let underWay = Promise.resolve();
  let isOver = false;
  let timer = clock.setTimer(everyMs, tick);

  function tick(): void {
    underWay = maintain("daily").then(() => {
      if (!isOver) timer = clock.setTimer(everyMs, tick);
    });
  }

  async function maintain(reason: MaintenanceReason): Promise<void> {
    try {
      await storage.maintain?.(reason);
    } catch (error) {
      onFailure(error);
    }
  }

  function cancel(): void {
    isOver = true;
    timer.cancel();
  }

  return {
    cancel,
    async end() {
      cancel();
      await underWay;
      await maintain("quit");
    },
  };
}
