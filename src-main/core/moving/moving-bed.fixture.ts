import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { chooseDataFolder, DataMovedError } from "../../data-folder.ts";
import { openSettings } from "../keeping/settings-store.ts";
import { wholeHistory } from "../whole-history.fixture.ts";
import type { Storage } from "../../../app/storage/storage.ts";
import { startCore } from "../start-core.ts";
import type { CoreNotice } from "../core.ts";
import { createMoveDesk, type MoveDesk } from "../move-desk.ts";

// For tests: a data folder with everything in it that a life leaves, and what has to hold of it wherever it is.

export interface MovingBed {
  /** Holds all of it. */
  readonly place: string;
  /** Where the data was first. */
  readonly old: string;
  readonly to: string;
  readonly desk: MoveDesk;
  /** Starts as every host does, until it is up; leaves again. */
  start(named?: string): Promise<Started>;
  /** Every path below `place`, without what belongs to processes. */
  paths(): string[];
}

export interface Started {
  /** Where the data is. */
  readonly folder: string;
  /** How often it began anew, because the data was moved. */
  readonly moves: number;
  readonly notices: readonly CoreNotice[];
  /** SHA-256 of everything that the storage tells. */
  readonly history: string;
  readonly problems: readonly unknown[];
  readonly theme: string;
}

const workflow = JSON.stringify({
  formatVersion: 1,
  id: "kept",
  name: "Kept",
  version: 1,
  nodes: [{ id: "a", type: "transform", with: { value: 1 } }],
});

/** Two runs, an input above 1 MB, a backup that shares it, settings, a library, a log. Answers its history. */
export async function fillMovingFolder(folder: string): Promise<string> {
  const core = await startCore({ dataFolder: { path: folder, isDefault: false }, kind: "cli" });
  let history: string;
  try {
    core.startEngine();
    for (const text of ["small", "x".repeat(1_200_000)]) {
      const { runId } = await core.submitWorkflow({
        text: workflow,
        file: "kept.json",
        input: { text },
        grants: [],
        baseDir: folder,
        actor: { kind: "human" },
      });
      await core.engine.waitForRun(runId);
    }
    await core.storage.backUp?.("by-hand");
    openSettings(folder, () => undefined).change({ theme: "dark" });
    history = await historyOf(core.storage);
  } finally {
    await core.close({ drainMs: 0 });
  }
  for (const file of ["library/a.json", "logs/handshake.log", "electron/Local State"]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), file);
  }
  return history;
}

/** A copy of a filled folder, in a place of its own. */
export function openMovingBed(filled: string): MovingBed & { remove(): void } {
  const place = mkdtempSync(join(tmpdir(), "handshake-move-"));
  const old = join(place, "old");
  cpSync(filled, old, { recursive: true, preserveTimestamps: true });
  mkdirSync(join(place, "disk"));
  return {
    place,
    old,
    to: join(place, "disk", "new"),
    desk: createMoveDesk(old),
    start: (named = old) => startUntilUp(named),
    paths: () =>
      readdirSync(place, { recursive: true, withFileTypes: true })
        .map((entry) => relative(place, join(entry.parentPath, entry.name)))
        .toSorted(),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}

async function startUntilUp(named: string): Promise<Started> {
  for (let moves = 0; ; moves += 1) {
    const dataFolder = chooseDataFolder({ option: named, env: {} });
    try {
      const core = await startCore({ dataFolder, kind: "cli" });
      try {
        const { storage, notices } = core;
        return {
          folder: dataFolder.path,
          moves,
          notices,
          history: await historyOf(storage),
          problems: await storage.verify({ quick: false }),
          theme: openSettings(dataFolder.path, () => undefined).get().theme,
        };
      } finally {
        await core.close({ drainMs: 0 });
      }
    } catch (error) {
      if (!(error instanceof DataMovedError)) throw error;
    }
  }
}

async function historyOf(storage: Storage): Promise<string> {
  // Each start adds itself to the engines.
  const { instances: _, ...history } = await wholeHistory(storage);
  return createHash("sha256").update(JSON.stringify(history)).digest("hex");
}
