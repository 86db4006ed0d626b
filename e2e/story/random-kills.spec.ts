import { expect, type Page } from "@playwright/test";
import { seededRandom } from "../../faults/seeded-random.ts";
import type { Host } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { tags } from "../tags.ts";
import { expectNothingRepeated, readLedger, type AtKill } from "./effects-ledger.ts";
import {
  chooseFirstSample,
  goTo,
  resumeFromPanel,
  startEngine,
  startLongReport,
} from "./screens.ts";

// 50 in all, over both hosts. More by hand: HANDSHAKE_KILLS=500, and HANDSHAKE_SEED to play one again.
const kills = { desktop: 14, browser: 36 } as const;
const paceMs = 300;
/** Longer than a few turns, so that most lives of the process save something, and some do not. */
const longestLifeMs = 1_400;

test.describe("killed at any moment", { tag: tags.product }, () => {
  // Halves run side by side.
  for (const half of ["first", "second"]) {
    test(`[S10] [U2] [X3] whenever it is killed it is stalled, resumed on the screen, and nothing saved runs again (${half} half)`, async ({
      host,
    }) => {
      const seed = Number(process.env["HANDSHAKE_SEED"] ?? Math.floor(Math.random() * 1e9));
      const total = Math.ceil(Number(process.env["HANDSHAKE_KILLS"] ?? kills[host.kind]) / 2);
      console.log(`${total} kills on ${host.kind}: HANDSHAKE_SEED=${seed}`);
      test.setTimeout(60_000 + total * 40_000);
      const random = seededRandom(seed);
      let page = await host.start();
      const expected = await outputOfUndisturbedRun(host, page);

      let done = 0;
      while (done < total) {
        const linesBefore = readLedger(host.folder).length;
        await startAgain(page);
        const ledger = (): readonly string[] => readLedger(host.folder).slice(linesBefore);
        const killed: AtKill[] = [];
        while (done < total) {
          await page.waitForTimeout(random.between(0, longestLifeMs));
          await host.kill();
          done += 1;
          killed.push({ saved: readHistory(host.folder.data), ledger: ledger() });
          page = await host.start();
          const seen = await host.seenBeforeScreens();
          expect(seen.running, `runs that still ran after kill ${done}`).toBe(0);
          if (hasEnded(host)) break;
          await goOn(page, host);
        }
        await expect.poll(() => hasEnded(host), { timeout: 60_000, intervals: [100] }).toBe(true);
        const end = readHistory(host.folder.data);
        expectNothingRepeated(killed, end, ledger());
        expect(end).toMatchObject({ status: "completed", output: expected });
      }
    });
  }
});

/** As fast as it can, so that there is something to compare with. */
async function outputOfUndisturbedRun(host: Host, page: Page): Promise<unknown> {
  await chooseFirstSample(page);
  await startLongReport(page, { paceMs: 1 });
  await expect.poll(() => hasEnded(host), { intervals: [100] }).toBe(true);
  return readHistory(host.folder.data).output;
}

async function startAgain(page: Page): Promise<void> {
  await goTo(page, "Runs");
  await page.getByRole("button", { name: "Start a workflow" }).click();
  await page.getByRole("button", { name: /^A long report/ }).click();
  await startLongReport(page, { paceMs });
}

/** After two crashes within ten minutes the engine waits for a person before anything else. */
async function goOn(page: Page, host: Host): Promise<void> {
  await goTo(page, "Runs");
  const { engine } = await host.request("engine.state", {});
  if (engine.state === "paused") await startEngine(page);
  const { status } = readHistory(host.folder.data);
  if (status === "stalled" || status === "poisoned") await resumeFromPanel(page);
}

function hasEnded({ folder }: Host): boolean {
  return readHistory(folder.data).status === "completed";
}
