import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { _electron, type ElectronApplication, type Page } from "@playwright/test";
import { test as base } from "../../host/worker-test.ts";
import { runToExit } from "../../run-to-exit.ts";
import { hostEnvironment, whyNotHere } from "../../test-host.ts";

const main = fileURLToPath(new URL("./app/main.mjs", import.meta.url));

/** One launch of the small app whose behaviour the conformance specs pin. */
export interface Conformance {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly userData: string;
  /** Another instance, which leaves by itself: its exit code. */
  readonly startSecond: () => Promise<number | null>;
  /** What its main process saw, in order. */
  readonly seen: () => Promise<unknown[][]>;
}

export const test = base.extend<{ conformance: Conformance }>({
  // Playwright wants the pattern.
  // oxlint-disable-next-line no-empty-pattern
  conformance: async ({}, use) => {
    const reason = whyNotHere();
    base.skip(reason !== null, reason ?? "");
    const userData = mkdtempSync(join(tmpdir(), "handshake-conformance-"));
    const args = [main, userData];
    const env = { ...definedOnly(process.env), ...hostEnvironment() };
    const app = await _electron.launch({ args, env });
    const page = await app.firstWindow();
    await page.waitForSelector("h1");
    const seen = (): Promise<unknown[][]> =>
      app.evaluate(() => (globalThis as unknown as { seen: unknown[][] }).seen);
    await use({ app, page, userData, startSecond: () => runToExit(args, env), seen });
    await app.close();
    rmSync(userData, { recursive: true, force: true });
  },
});

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
