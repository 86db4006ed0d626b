import { cpSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { BrowserContext } from "@playwright/test";
import { figureOf } from "../figure.ts";
import { alternateRounds, ratios, type SideTimes } from "../rounds.ts";
import { folderOfStoredRuns } from "../stored-runs.ts";
import type { Workload, WorkloadReport } from "../workload.ts";
import { openBrowser, whyNoBrowser } from "./browser.ts";
import { buildScreens, startServed } from "./served-app.ts";
import { skipped } from "./skipped.ts";

const storedRuns = 100_000;

/** How long a person waits for the list, beside a page with nothing in it. */
export const listStart: Workload = {
  title: "start to a usable list with 100,000 runs stored",
  async measure(options): Promise<WorkloadReport> {
    const reason = whyNoBrowser();
    if (reason !== null) return skipped(reason);
    buildScreens();
    const stored = await folderOfStoredRuns(join(options.cacheFolder, "stored-runs-at-rest"), {
      runs: storedRuns,
      isAtRest: true,
    });
    const data = join(options.folder, "data");
    cpSync(stored, data, { recursive: true });
    const app = await startServed(data);
    const empty = await serveEmptyPage();
    const browser = await openBrowser();
    try {
      const context = await browser.newContext();
      const firstMs = await timeToList(context, app.address);
      const times = await alternateRounds({
        ...options,
        sides: [
          { name: "list", steps: 1, round: () => timeToList(context, `${app.origin}/runs`) },
          { name: "empty page", steps: 1, round: () => timeToEmpty(context, empty.address) },
        ],
      });
      return reportOf(times, { firstMs, startMs: app.startMs });
    } finally {
      await browser.close();
      empty.close();
      await app.process.close();
    }
  },
};

function reportOf(
  times: readonly SideTimes[],
  once: { readonly firstMs: number; readonly startMs: number },
): WorkloadReport {
  const [list, empty] = times;
  const inMs = (side: SideTimes | undefined) => (side?.usPerStep ?? []).map((us) => us / 1_000);
  return {
    conditions: [
      `${storedRuns.toLocaleString("en")} runs at rest; a page is new each round, its files are cached`,
      "usable: the grid shows rows, and a frame was drawn after that",
    ],
    figures: [
      { name: "process start to an address", value: once.startMs, unit: "ms" },
      { name: "first list, with an empty cache", value: once.firstMs, unit: "ms" },
      figureOf("list", inMs(list), "ms"),
      figureOf("empty page", inMs(empty), "ms"),
      ...(list === undefined || empty === undefined
        ? []
        : [figureOf("list × empty page", ratios(empty, list), "×")]),
    ],
    rounds: Object.fromEntries(times.map((side) => [`${side.name}, ms`, inMs(side)])),
    failures: [],
  };
}

async function timeToList(context: BrowserContext, address: string): Promise<number> {
  const page = await context.newPage();
  const begun = performance.now();
  await page.goto(address, { waitUntil: "commit" });
  await page.locator("[role=grid] [role=rowgroup] [role=row]").first().waitFor();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
  const ms = performance.now() - begun;
  await page.close();
  return ms;
}

async function timeToEmpty(context: BrowserContext, address: string): Promise<number> {
  const page = await context.newPage();
  const begun = performance.now();
  await page.goto(address, { waitUntil: "commit" });
  await page.locator("p").first().waitFor();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
  const ms = performance.now() - begun;
  await page.close();
  return ms;
}

async function serveEmptyPage() {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>Empty</title><p>.");
  });
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    address: `http://127.0.0.1:${port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
