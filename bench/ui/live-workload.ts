import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CDPSession, Page } from "@playwright/test";
import { sessionKeyName } from "../../app/contract/browser-session.ts";
import { workflowText } from "../../src-main/serve/served.fixture.ts";
import { openTab, type Tab } from "../../src-main/serve/tab.fixture.ts";
import type { Workload, WorkloadReport } from "../workload.ts";
import { openBrowser, whyNoBrowser } from "./browser.ts";
import { readWatched, watchFramesAndEvents, type Watched } from "./live-in-page.ts";
import { quantile } from "./round-trip-workload.ts";
import { buildScreens, startServed } from "./served-app.ts";
import { skipped } from "./skipped.ts";

/** Steps side by side, and how long each takes: about 1,000 events a second, four a step. */
const width = 64;
const thinkMs = (index: number): number => 200 + (index % 9) * 10;
const stepsASecond = 260;
const idleSeconds = 3;

/** A run page that follows a run which commits about a thousand events a second. */
export const liveUpdates: Workload = {
  title: "a run page under 1,000 node events a second",
  async measure({ folder, liveSeconds }) {
    const reason = whyNoBrowser();
    if (reason !== null) return skipped(reason);
    buildScreens();
    const data = join(folder, "data");
    mkdirSync(data);
    const app = await startServed(data);
    const browser = await openBrowser();
    try {
      const context = await browser.newContext({ viewport: { width: 1_400, height: 900 } });
      const page = await context.newPage();
      await page.addInitScript(watchFramesAndEvents);
      await page.goto(app.address);
      await page.locator("#root h1").first().waitFor();
      const idle = await framesOfIdle(page);
      const tab = await openTab(app.origin, await keyOf(page));
      return await follow({ page, tab, origin: app.origin, liveSeconds, idle });
    } finally {
      await browser.close();
      await app.process.close();
    }
  },
};

interface Following {
  readonly page: Page;
  readonly tab: Tab;
  readonly origin: string;
  readonly liveSeconds: number;
  /** Frame times of the same page before. */
  readonly idle: readonly number[];
}

async function follow({
  page,
  tab,
  origin,
  liveSeconds,
  idle,
}: Following): Promise<WorkloadReport> {
  const steps = Math.max(width, stepsASecond * liveSeconds);
  const { runId } = await tab.request("run.start", {
    workflow: fanOf(steps),
    grants: [],
    requestKey: crypto.randomUUID(),
  });
  await page.goto(`${origin}/run/${runId}`);
  await page.locator("header h1").first().waitFor();
  const devtools = await page.context().newCDPSession(page);
  const heapMb = [await heapOf(devtools)];
  const deadline = performance.now() + (liveSeconds + 120) * 1_000;
  let ended = false;
  while (!ended && performance.now() < deadline) {
    await page.waitForTimeout(Math.min(10_000, (liveSeconds * 1_000) / 6));
    heapMb.push(await heapOf(devtools));
    const { run } = await tab.request("run.get", { runId, nodeLimit: 1 });
    ended = run.finishedAt !== null;
  }
  const { run } = await tab.request("run.get", { runId, nodeLimit: 1 });
  const shown = await page
    .getByText(`${steps.toLocaleString("en")}/${steps.toLocaleString("en")}`)
    .first()
    .waitFor({ timeout: 20_000 })
    .then(() => true)
    .catch(() => false);
  const watched: Watched = await page.evaluate(readWatched);
  tab.close();
  const seconds =
    run.finishedAt === null || run.startedAt === null
      ? Number.NaN
      : (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1_000;
  const failures = [
    ...(run.status === "completed" ? [] : [`The run is ${run.status}.`]),
    ...(shown ? [] : [`The page does not show ${steps} of ${steps} steps.`]),
    ...(watched.newestSeq === run.lastSeq
      ? []
      : [`The page was sent event ${watched.newestSeq} of ${run.lastSeq}.`]),
  ];
  return {
    conditions: [
      `${steps} steps, ${width} side by side, in one run; the run page is open, its waterfall drawn`,
      "commit to paint: from an event's time, which is before its commit, to the task after the frame that shows it",
      "the heap after a collection; frames without work are those of the same page before",
    ],
    figures: [
      { name: "events", value: run.lastSeq / seconds, unit: "a second" },
      { name: "frame, p99", value: quantile(watched.frames, 0.99), unit: "ms" },
      { name: "frame without work, p99", value: quantile(idle, 0.99), unit: "ms" },
      {
        name: "frame × without work, p99",
        value: quantile(watched.frames, 0.99) / quantile(idle, 0.99),
        unit: "×",
      },
      { name: "commit to paint, p50", value: quantile(watched.toPaint, 0.5), unit: "ms" },
      { name: "commit to paint, p95", value: quantile(watched.toPaint, 0.95), unit: "ms" },
      { name: "events that the page misses", value: run.lastSeq - watched.newestSeq, unit: "" },
      { name: "heap when the page was opened", value: heapMb[0] ?? null, unit: "MB" },
      { name: `heap after ${Math.round(seconds)} s`, value: heapMb.at(-1) ?? null, unit: "MB" },
      { name: "heap, end × beginning", value: (heapMb.at(-1) ?? 0) / (heapMb[0] ?? 1), unit: "×" },
    ],
    rounds: { "heap, MB": heapMb },
    failures,
  };
}

async function framesOfIdle(page: Page): Promise<readonly number[]> {
  // Those in which the page itself was loaded do not count.
  await page.evaluate(readWatched);
  await page.waitForTimeout(idleSeconds * 1_000);
  return (await page.evaluate(readWatched)).frames;
}

/** The page has a key already; another one is as good, and its token was used up. */
async function keyOf(page: Page): Promise<string> {
  const key = await page.evaluate((name) => localStorage.getItem(name), sessionKeyName);
  if (key === null) throw new Error("The page has no session key.");
  return key;
}

async function heapOf(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  return usedSize / 1_048_576;
}

function fanOf(steps: number) {
  const nodes = Array.from({ length: steps }, (_, index) => ({
    id: `s${index}`,
    type: "agent.scripted",
    with: { turns: [{ name: "think", thinkMs: thinkMs(index) }] },
  }));
  return workflowText({ id: "live", nodes, more: { limits: { maxConcurrentNodes: width } } });
}
