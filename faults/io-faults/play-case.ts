import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { StorageError } from "../../app/storage/storage-error.ts";
import { openStorage } from "../../src-main/core/open-storage.ts";
import { DataFolderError } from "../../src-main/data-folder.ts";
import { createAcknowledged, type Acknowledged } from "../kill-loop/acknowledged.ts";
import { openCallLedger, readCallLedger } from "../kill-loop/call-ledger.ts";
import { checkWorld } from "../kill-loop/check-world.ts";
import { checkFailures } from "./check-failures.ts";
import type { FaultControl } from "./fault-control.ts";
import type { FaultCase } from "./fault-list.ts";
import { playAll, startObserved, type ObservedCore } from "./observed-core.ts";

export interface CaseResult {
  readonly index: number;
  /** Calls that failed; a fault whose moment never came is counted apart. */
  readonly failed: number;
  /** How work ended: in the same engine, or after the core was started again. */
  readonly outcome: "went on" | "started again";
  /** What a person was told, once each. */
  readonly notices: readonly string[];
  /** Errors that a caller got. */
  readonly refusals: readonly string[];
  readonly problems: readonly string[];
}

export interface CaseFolders {
  /** Below it faults happen. */
  readonly root: string;
  /** Outside. */
  readonly ledgers: string;
}

/** While a fault lasts, requests are refused: they are sent again. */
const mostRefusals = 200;
/** Without any progress after the fault is over. */
const patienceMs = 20_000;

export async function playCase(
  { index, fault, begins }: FaultCase,
  control: FaultControl,
  { root, ledgers }: CaseFolders,
): Promise<CaseResult> {
  const dataFolder = join(root, `case-${index}`, "data");
  mkdirSync(join(root, `case-${index}`), { recursive: true });
  const ledgerFile = join(ledgers, `case-${index}`);
  const ledger = openCallLedger(ledgerFile);
  const told = createAcknowledged();
  const notices = new Set<string>();
  const refusals = new Set<string>();
  const problems: string[] = [];
  let failed = 0;
  let workers = 0;
  let outcome: CaseResult["outcome"] = "went on";

  const open = async (): Promise<ObservedCore> => {
    for (let refused = 0; ; refused += 1) {
      try {
        workers += 1;
        return await startObserved({
          dataFolder,
          told,
          ledger,
          onNotice: (code) => notices.add(code),
        });
      } catch (error) {
        noteRefusal("start", error);
        if (refused > mostRefusals) throw error;
        await pause(5);
      }
    }
  };

  function noteRefusal(what: string, error: unknown): void {
    const isClear = error instanceof StorageError || error instanceof DataFolderError;
    refusals.add(`${what}: ${error instanceof StorageError ? error.code : String(error)}`);
    if (!isClear) problems.push(`${what} failed without a clear error: ${String(error)}`);
  }

  try {
    if (begins === "start") control.arm(fault);
    let observed = await open();
    if (begins === "work") control.arm(fault);
    if (!(await settles(observed, told, noteRefusal, control))) {
      failed += control.disarm().failed;
      outcome = "started again";
      await observed.core
        .close({ drainMs: 0 })
        .catch((error: unknown) => noteRefusal("close", error));
      observed = await open();
      if (!(await settles(observed, told, noteRefusal, control)))
        problems.push("it hangs, also after the core was started again");
    }
    if (begins === "close") control.arm(fault);
    await observed.core
      .close({ drainMs: 0 })
      .catch((error: unknown) => noteRefusal("close", error));
    failed += control.disarm().failed;
    problems.push(...(await look({ dataFolder, ledgerFile, told, workers })));
  } catch (error) {
    problems.push(`it broke: ${error instanceof Error ? (error.stack ?? "") : String(error)}`);
  } finally {
    control.disarm();
    ledger.close();
    rmSync(join(root, `case-${index}`), { recursive: true, force: true });
    rmSync(ledgerFile, { force: true });
  }
  return { index, failed, outcome, notices: [...notices], refusals: [...refusals], problems };
}

/** Plays all runs; requests that a fault refuses are sent again. False when nothing moves any more. */
async function settles(
  { core }: ObservedCore,
  told: Acknowledged,
  noteRefusal: (what: string, error: unknown) => void,
  control: FaultControl,
): Promise<boolean> {
  let isOver = false;
  const work = (async () => {
    for (let refused = 0; !isOver; refused += 1) {
      try {
        await playAll(core, told);
        return true;
      } catch (error) {
        noteRefusal("request", error);
        if (refused > mostRefusals) return false;
        await pause(5);
      }
    }
    return false;
  })();
  const stuck = (async () => {
    for (let seen = ""; ;) {
      const now = `${told.count} ${control.failed}`;
      if (now === seen) return false;
      seen = now;
      await pause(patienceMs, undefined, { ref: false });
    }
  })();
  const result = await Promise.race([work, stuck]);
  isOver = true;
  return result;
}

async function look(world: {
  readonly dataFolder: string;
  readonly ledgerFile: string;
  readonly told: Acknowledged;
  readonly workers: number;
}): Promise<string[]> {
  const { dataFolder, ledgerFile, told, workers } = world;
  const storage = await openStorage(dataFolder);
  try {
    const calls = readCallLedger(ledgerFile);
    return [
      ...(await checkWorld({ storage, told, calls, workers, expected: null })),
      ...(await checkFailures(storage)),
    ];
  } finally {
    await storage.close();
  }
}
