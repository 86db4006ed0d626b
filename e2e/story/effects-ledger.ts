import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import type { TestFolder } from "../host/test-folder.ts";
import type { SavedHistory } from "../read-database.ts";

/** The file that each turn of the long report adds a line to: outside the database, so it cannot flatter. */
export function readLedger({ work }: TestFolder): readonly string[] {
  const file = join(work, "ledger.txt");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

/** What was saved and had happened when the process was killed; it must not happen again. */
export interface AtKill {
  readonly saved: SavedHistory;
  readonly ledger: readonly string[];
}

/**
 * Each turn that was saved at a kill stands in the ledger as often at the end as it stood then, and each
 * step that was done has had no further attempt. A turn under way may be repeated: at most once a kill.
 */
export function expectNothingRepeated(
  kills: readonly AtKill[],
  end: SavedHistory,
  ledger: readonly string[],
): void {
  for (const [number, { saved, ledger: before }] of kills.entries()) {
    const again = saved.subSteps.filter((turn) => timesIn(ledger, turn) !== timesIn(before, turn));
    expect(again, `turns saved at kill ${number} that ran again`).toEqual([]);
    const done = saved.nodes.filter(({ status }) => status === "completed");
    const changed = done.filter(
      (node) => !end.nodes.some((now) => JSON.stringify(now) === JSON.stringify(node)),
    );
    expect(changed, `steps done at kill ${number} that changed`).toEqual([]);
  }
  const missing = end.subSteps.filter((turn) => timesIn(ledger, turn) === 0);
  expect(missing, "saved turns without their effect").toEqual([]);
  // Three agents at most work side by side, each with one turn under way.
  const repeats = ledger.length - new Set(ledger).size;
  expect(repeats, "turns under way at a kill").toBeLessThanOrEqual(kills.length * 3);
}

function timesIn(ledger: readonly string[], turn: string): number {
  return ledger.filter((line) => line === turn).length;
}
