import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startWorker } from "../kill-loop/worker-process.ts";
import { readRecordedLog, type DiskChange } from "./recorded-log.ts";

export interface Recording {
  /** Where it is kept; `remove` takes it away. */
  readonly folder: string;
  /** The data folder as the log names it. */
  readonly dataFolder: string;
  readonly changes: readonly DiskChange[];
  remove(): void;
}

export interface RecordingOptions {
  readonly preload: string;
  readonly synchronous: "full" | "normal";
  readonly rounds: number;
}

/**
 * Everything that the disk was told while workers ran: a first one that is killed, so that a log is
 * written over, a second one that is asked to close in between, and a third one that ends all runs.
 */
export async function recordWorkload(options: RecordingOptions): Promise<Recording> {
  const { preload, synchronous, rounds } = options;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "handshake-power-loss-")));
  const dataFolder = join(folder, "data");
  const logFile = join(folder, "log");
  const normal = new URL("./synchronous-normal.ts", import.meta.url).href;
  const begin = () => {
    const worker = startWorker({
      dataFolder,
      ledgerFile: join(folder, "ledger"),
      pauseMs: 1,
      rounds,
      backsUp: true,
      env: { LD_PRELOAD: preload, RECORD_ROOT: dataFolder, RECORD_LOG: logFile },
      nodeOptions: synchronous === "normal" ? ["--import", normal] : [],
    });
    worker.begin();
    return worker;
  };
  try {
    const killed = begin();
    await killed.told(({ tell }) => tell === "started");
    await pause(120);
    killed.kill();
    await killed.ended;
    const closed = begin();
    await closed.told(({ tell }) => tell === "backed up");
    closed.quit();
    await closed.ended;
    const { code, errors } = await begin().ended;
    if (code !== 0) throw new Error(`The recorded worker ended with ${code}: ${errors}`);
    return openRecording(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A recording that was kept: no two workers do the same at the same moments. */
export function openRecording(folder: string): Recording {
  return {
    folder,
    dataFolder: join(folder, "data"),
    changes: readRecordedLog(join(folder, "log")),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
