import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CDPSession, Page } from "@playwright/test";
import { sessionKeyName } from "../../app/contract/browser-session.ts";
import { workflowText } from "../../src-main/serve/served.fixture.ts";
import { eventually, openTab, type Tab } from "../../src-main/serve/tab.fixture.ts";
import type { Workload, WorkloadReport } from "../workload.ts";
import { openBrowser, whyNoBrowser } from "./browser.ts";
import { readNewestSeq, readWatched, watchFramesAndEvents, type Watched } from "./live-in-page.ts";
import { quantile } from "./round-trip-workload.ts";
import { buildScreens, startServed } from "./served-app.ts";
import { skipped } from "./skipped.ts";

/** Steps side by side, and how long each takes: about 1,000 events a second, four a step. */
const width = 64;
const thinkMs = (index: number): number => 200 + (index % 9) * 10;
const stepsASecond = 260;
const idleSeconds = 3;
/** A longer time is several runs: a workflow's text has its limit. */
const secondsARun = 60;

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
      return await follow({ page, tab, liveSeconds, idle });
    } finally {
      await browser.close();
      await app.process.close();
    }
  },
};

interface Following {
  readonly page: Page;
  readonly tab: Tab;
  readonly liveSeconds: number;
  /** Frame times of the same page before. */
  readonly idle: readonly number[];
}

async function follow({ page, tab, liveSeconds, idle }: Following): Promise<WorkloadReport> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const heapMb = [await heapOf(devtools)];
  const processorBefore = await processorSeconds(devtools);
  const followed: FollowedRun[] = [];
  for (let left = liveSeconds; left > 0; left -= secondsARun) {
    const steps = Math.max(width, stepsASecond * Math.min(left, secondsARun));
    followed.push(await followRun(page, tab, steps));
    // A collection holds the page, so there is none while it is measured.
    heapMb.push(await heapOf(devtools));
  }
  tab.close();
  const frames = followed.flatMap(({ watched }) => watched.frames);
  const toPaint = followed.flatMap(({ watched }) => watched.toPaint);
  const seconds = sumOf(followed, (one) => one.seconds);
  const processor = (await processorSeconds(devtools)) - processorBefore;
  return {
    conditions: [
      `${sumOf(followed, ({ steps }) => steps)} steps, ${width} side by side, in ${followed.length} runs one after another; the run page is open, its waterfall drawn`,
      "commit to paint: from an event's time, which is before its commit, to the task after the frame that shows it",
      "frames without work are those of the same page before; the heap is measured after a collection",
    ],
    figures: [
      {
        name: "events",
        value: sumOf(followed, ({ lastSeq }) => lastSeq) / seconds,
        unit: "a second",
      },
      { name: "frame, p99", value: quantile(frames, 0.99), unit: "ms" },
      { name: "frame without work, p99", value: quantile(idle, 0.99), unit: "ms" },
      {
        name: "frame × without work, p99",
        value: quantile(frames, 0.99) / quantile(idle, 0.99),
        unit: "×",
      },
      { name: "commit to paint, p50", value: quantile(toPaint, 0.5), unit: "ms" },
      { name: "commit to paint, p95", value: quantile(toPaint, 0.95), unit: "ms" },
      // Hardly depends on who else uses the machine.
      { name: "page's main thread, processor", value: (processor / seconds) * 100, unit: "%" },
      {
        name: "events that the page misses",
        value: sumOf(followed, ({ lastSeq, watched }) => lastSeq - watched.newestSeq),
        unit: "",
      },
      { name: "heap before", value: heapMb[0] ?? null, unit: "MB" },
      { name: `heap after ${Math.round(seconds)} s`, value: heapMb.at(-1) ?? null, unit: "MB" },
      {
        name: "heap, end × first minute",
        value: (heapMb.at(-1) ?? 0) / (heapMb[1] ?? 1),
        unit: "×",
      },
    ],
    rounds: { "heap, MB": heapMb },
    failures: followed.flatMap((one) => one.failures),
  };
}

interface FollowedRun {
  readonly steps: number;
  readonly seconds: number;
  readonly lastSeq: number;
  readonly watched: Watched;
  readonly failures: readonly string[];
}

async function followRun(page: Page, tab: Tab, steps: number): Promise<FollowedRun> {
  const { runId } = await tab.request("run.start", {
    workflow: fanOf(steps),
    grants: [],
    requestKey: crypto.randomUUID(),
  });
  // As a link would: the page stays, and what it holds.
  await page.evaluate((path) => history.pushState(null, "", path), `/run/${runId}`);
  await page.locator("header h1").first().waitFor();
  await page.evaluate(readWatched);
  const count = steps.toLocaleString("en");
  const isShown = await page
    .getByText(`${count}/${count}`)
    .first()
    .waitFor({ timeout: (steps / stepsASecond) * 5_000 + 60_000 })
    .then(() => true)
    .catch(() => false);
  const run = await eventually("the run has ended", async () => {
    const answer = await tab.request("run.get", { runId, nodeLimit: 1 });
    return answer.run.finishedAt === null ? null : answer.run;
  });
  const watched = await eventually("the page has its last event", async () => {
    const seen = await page.evaluate(readNewestSeq);
    return seen >= run.lastSeq ? seen : null;
  }).catch(() => null);
  const seen = await page.evaluate(readWatched);
  return {
    steps,
    seconds: (Date.parse(run.finishedAt ?? "") - Date.parse(run.startedAt ?? "")) / 1_000,
    lastSeq: run.lastSeq,
    watched: seen,
    failures: [
      ...(run.status === "completed" ? [] : [`The run is ${run.status}.`]),
      ...(isShown ? [] : [`The page does not show ${steps} of ${steps} steps.`]),
      ...(watched === null ? [`The page was sent event ${seen.newestSeq} of ${run.lastSeq}.`] : []),
    ],
  };
}

function sumOf<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((sum, one) => sum + of(one), 0);
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

/** Of the page's main thread. */
async function processorSeconds(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "ThreadTime")?.value ?? Number.NaN;
}

function fanOf(steps: number) {
  const nodes = Array.from({ length: steps }, (_, index) => ({
    id: `s${index}`,
    type: "agent.scripted",
    with: { turns: [{ name: "think", thinkMs: thinkMs(index) }] },
  }));
  return workflowText({ id: "live", nodes, more: { limits: { maxConcurrentNodes: width } } });
}
