import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { sessionKeyName, socketPath } from "../../app/contract/browser-session.ts";
import { type Figure, figureOf, median } from "../figure.ts";
import type { Workload } from "../workload.ts";
import { openBrowser, whyNoBrowser } from "./browser.ts";
import { askByBridge, askBySocket, echoBySocket } from "./in-page.ts";
import { buildScreens, startServed } from "./served-app.ts";
import { skipped } from "./skipped.ts";
import { openStandIn } from "./stand-in.ts";
import { startTicked } from "./ticked-process.ts";

const tripsARound = 1_000;
const echoEntry = fileURLToPath(new URL("echo-server.ts", import.meta.url));

/** One question and its answer, one after another, as a page sees them. */
export const roundTrips: Workload = {
  title: "a round trip from a page to the core, beside a bare WebSocket echo",
  async measure({ folder, rounds, warmUps }) {
    const reason = whyNoBrowser();
    if (reason !== null) return skipped(reason);
    buildScreens();
    const data = join(folder, "data");
    mkdirSync(data);
    const app = await startServed(data);
    const echo = startTicked([echoEntry]);
    const browser = await openBrowser();
    const standIn = await openStandIn(join(folder, "desktop"));
    try {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(app.address);
      await page.locator("#root h1").first().waitFor();
      const bare = await context.newPage();
      const port = await firstLine(echo.child.stdout);
      await bare.goto(`http://127.0.0.1:${port}/`);
      const sides: readonly Side[] = [
        { name: "bare echo", trips: () => trips(bare, echoBySocket, {}) },
        {
          name: "browser mode",
          trips: () => trips(page, askBySocket, { socketPath, sessionKeyName }),
        },
        { name: "stand-in's bridge", trips: () => trips(standIn.page, askByBridge, {}) },
      ];
      const times = await alternate(sides, rounds + warmUps);
      return reportOf(sides, times, warmUps);
    } finally {
      await standIn.close();
      await browser.close();
      await echo.close();
      await app.process.close();
    }
  },
};

interface Side {
  readonly name: string;
  /** Milliseconds of each trip of a round. */
  readonly trips: () => Promise<readonly number[]>;
}

function trips<Argument extends object>(
  page: Page,
  inPage: (given: Argument & { readonly count: number }) => Promise<number[]>,
  given: Argument,
): Promise<readonly number[]> {
  // Playwright types what crosses into the page by hand-written unions.
  return page.evaluate(inPage as (given: object) => Promise<number[]>, {
    ...given,
    count: tripsARound,
  });
}

async function alternate(sides: readonly Side[], rounds: number): Promise<(readonly number[])[][]> {
  const times: (readonly number[])[][] = sides.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < sides.length; turn += 1) {
      const index = (round + turn) % sides.length;
      const side = sides[index];
      if (side !== undefined) times[index]?.push(await side.trips());
    }
  }
  return times;
}

function reportOf(sides: readonly Side[], times: (readonly number[])[][], warmUps: number) {
  const figures: Figure[] = [];
  const rounds: Record<string, readonly number[]> = {};
  const floor = { p50: 0, p99: 0 };
  for (const [index, { name }] of sides.entries()) {
    const kept = (times[index] ?? []).slice(warmUps);
    const p50 = kept.map((ms) => quantile(ms, 0.5));
    const p99 = kept.map((ms) => quantile(ms, 0.99));
    figures.push(figureOf(`${name}, p50`, p50, "ms"), figureOf(`${name}, p99`, p99, "ms"));
    if (index === 0) Object.assign(floor, { p50: median(p50), p99: median(p99) });
    else {
      figures.push(
        { name: `${name} × echo, p50`, value: median(p50) / floor.p50, unit: "×" },
        { name: `${name} × echo, p99`, value: median(p99) / floor.p99, unit: "×" },
      );
    }
    rounds[`${name}, p50, ms`] = p50;
  }
  return {
    conditions: [
      `${tripsARound} trips a round, one after another; the question is engine.state, the echo sends as much`,
      "the stand-in carries its IPC over the DevTools protocol: real Electron was not measured",
    ],
    figures,
    rounds,
    failures: [],
  };
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function firstLine(output: NodeJS.ReadableStream | null): Promise<string> {
  if (output === null) throw new Error("Its output is a pipe.");
  for await (const line of createInterface({ input: output })) return line;
  throw new Error("The echo server ended.");
}
