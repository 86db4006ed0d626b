import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { scenes } from "./scenes.ts";
import type { Scene, Stage } from "./scene.ts";
import { startShownHost, type ShownHost } from "./shown-host.ts";

export interface ScreenshotOptions {
  readonly chromiumPath: string;
  readonly folder: string;
  /** Only scenes whose name fits this pattern. */
  readonly only: string | null;
  /** `light` or `dark`; both by default. */
  readonly theme: string | null;
  readonly onTaken: (name: string) => void;
  /** A scene that did not come about; the next ones are shown all the same. */
  readonly onFailed: (name: string, error: Error) => void;
}

const themes = ["light", "dark"] as const;
const usualSize = { width: 1_280, height: 800 };
const stages: readonly Stage[] = ["history", "nothing", "life", "window"];
/** What every picture's clock shows. */
const nowMs = Date.parse("2026-11-23T14:06:00.000Z");
const seededRuns = 400;

/** Shows every scene in light and dark, over browser mode in a real Chromium. */
export async function takeScreenshots(options: ScreenshotOptions): Promise<void> {
  const wanted = scenes.filter(
    ({ name }) => options.only === null || new RegExp(options.only).test(name),
  );
  mkdirSync(options.folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: options.chromiumPath });
  try {
    for (const theme of themes) {
      if (options.theme !== null && options.theme !== theme) continue;
      for (const stage of stages) {
        const shown = wanted.filter((scene) => scene.stage === stage);
        if (shown.length === 0) continue;
        const host = await startShownHost({ nowMs, runs: stage === "history" ? seededRuns : 0 });
        try {
          await showScenes({ browser, host, theme, scenes: shown, options });
        } finally {
          await host.close();
        }
      }
    }
  } finally {
    await browser.close();
  }
}

async function showScenes(show: {
  readonly browser: Browser;
  readonly host: ShownHost;
  readonly theme: (typeof themes)[number];
  readonly scenes: readonly Scene[];
  readonly options: ScreenshotOptions;
}): Promise<void> {
  const { browser, host, theme, options } = show;
  const context = await browser.newContext({
    viewport: usualSize,
    deviceScaleFactor: 1,
    colorScheme: theme,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "UTC",
  });
  try {
    await context.addInitScript(moveClock, host.offsetMs);
    const usual = await newPage(context);
    await usual.goto(host.address);
    await usual.locator("main h1, main h2").first().waitFor();
    for (const scene of show.scenes) {
      const page = scene.isMute === true ? await newPage(context) : usual;
      if (scene.isMute === true) await muteEngine(page);
      await page.setViewportSize(scene.size ?? usualSize);
      const origin = `http://127.0.0.1:${host.port}`;
      const name = `${scene.name}-${theme}`;
      const path = join(options.folder, `${name}.png`);
      const picture = { path, animations: "disabled", caret: "hide" } as const;
      try {
        await scene.show({
          host,
          page,
          goTo: async (place) => {
            await page.goto(`${origin}${place}`);
          },
        });
      } catch (error) {
        await page.screenshot({ ...picture, path: join(options.folder, `${name}.failed.png`) });
        options.onFailed(name, error instanceof Error ? error : new Error(String(error)));
        continue;
      }
      await settle(page);
      await page.screenshot(picture);
      options.onTaken(name);
    }
  } finally {
    await context.close();
  }
}

async function newPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  return page;
}

/** The engine answers that it is there, and nothing more. */
async function muteEngine(page: Page): Promise<void> {
  await page.routeWebSocket(/./, (socket) => {
    const server = socket.connectToServer();
    let isWelcomed = false;
    server.onMessage((message) => {
      if (!isWelcomed) socket.send(message);
      isWelcomed = true;
    });
  });
}

/** Fonts are there, and two frames were drawn after the last change. */
async function settle(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  // As text: this file is typed for Node, which knows no document.
  await page.evaluate(
    "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))",
  );
  await page.waitForTimeout(200);
}

/** Runs in the page before its own scripts: its time of day is the host's. */
function moveClock(offsetMs: number): void {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...args: readonly unknown[]) {
      if (args.length === 0) super(RealDate.now() + offsetMs);
      // The constructor's overloads take what the page gives them.
      else super(...(args as [number]));
    }

    static override now(): number {
      return RealDate.now() + offsetMs;
    }
  } as DateConstructor;
}
