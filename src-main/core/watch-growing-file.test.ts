import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stepWords } from "./step-words.ts";
import { watchGrowingFile } from "./watch-growing-file.ts";

let folder: string;
beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), "handshake-growing-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

test("a copy that blocks the core's thread is told by its growing file, until the next step", () => {
  const told: string[] = [];
  const watch = watchGrowingFile((step, amount) => void told.push(stepWords(step, amount)));
  const file = join(folder, "handshake.db");
  const pass = (): void => void vi.advanceTimersByTime(250);
  watch.tell("opening");
  watch.tell("backing-up", { done: 0, total: 2_100_000_000, place: "/data/backups", file });
  pass();
  writeFileSync(file, Buffer.alloc(1_500_000));
  pass();
  watch.tell("migrating", { done: 1, total: 2, place: "/data" });
  pass();
  watch.stop();
  pass();
  const backing = (done: string): string =>
    `Backing up 2.1 GB to /data/backups, because this version changes the data's format: ${done} of 2.1 GB…`;
  expect(told).toEqual([
    "Opening your data…",
    backing("0 kB"),
    backing("0 kB"),
    backing("1.5 MB"),
    "Changing the data's format: step 1 of 2…",
  ]);
});
