import type { Storage } from "../../app/storage/storage.ts";
import { openStorage } from "../../src-main/core/open-storage.ts";

/** What the product itself makes of an image: it opens, is sound, and recovers once. */
export async function checkProduct(folder: string): Promise<string[]> {
  let storage: Storage;
  try {
    storage = await openStorage(folder);
  } catch (error) {
    return [`it does not open: ${String(error)}`];
  }
  try {
    const problems = await soundness(storage, "opened");
    const running = await storage.listRuns({ states: ["running"], limit: 1_000 });
    const recovered = await recover(storage);
    const left = await storage.listRuns({ states: ["running"], limit: 1_000 });
    if (left.length > 0) problems.push(`${left.length} runs are still running after recovery`);
    if (recovered !== running.length)
      problems.push(`${running.length} runs were running, ${recovered} were recovered`);
    if ((await recover(storage)) > 0) problems.push("a second recovery found something");
    return [...problems, ...(await soundness(storage, "recovered"))];
  } finally {
    await storage.close();
  }
}

async function recover(storage: Storage): Promise<number> {
  const at = new Date().toISOString();
  const fence = await storage.registerInstance({
    instanceId: crypto.randomUUID(),
    kind: "cli",
    pid: process.pid,
    processStartedAt: at,
    bootId: "the boot after",
    machineId: "machine",
    appVersion: "0.0.0",
    at,
  });
  const report = await storage.recoverInterruptedRuns({
    fence,
    at,
    thresholdSecs: 30,
    bootId: "the boot after",
    scope: "start",
  });
  return report.stalled.length + report.poisoned.length + report.ended.length;
}

async function soundness(storage: Storage, when: string): Promise<string[]> {
  const found = await storage.verify({ quick: false });
  return found.map(({ where, message }) => `${when}: ${where} ${message}`);
}
