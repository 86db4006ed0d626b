// Draws packaging/icon.svg, and document.svg for .handshake files, in every size and container that the
// packages need: `node scripts/draw-icons.ts`.
// What it writes is committed, so that packing needs no Chromium.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "@playwright/test";
import { chromiumPath } from "../e2e/chromium-path.ts";
import { icnsFile, icoFile } from "./icon-files.ts";

const folder = fileURLToPath(new URL("../packaging", import.meta.url));
const windowsSizes = [16, 24, 32, 48, 64, 128, 256];
const linuxSizes = [16, 24, 32, 48, 64, 128, 256, 512];
const macSizes = [16, 32, 64, 128, 256, 512, 1_024];
/** Apple's icons leave a tenth free on each side. */
const macMargin = 0.1;

const executablePath = chromiumPath(process.env);
if (executablePath === null) throw new Error("Drawing needs Chromium: set CHROMIUM_PATH.");
const browser = await chromium.launch({ executablePath });
try {
  const page = await browser.newPage();
  const plain = (size: number): Promise<Buffer> => draw(page, { picture: "icon", size, margin: 0 });
  mkdirSync(join(folder, "icons"), { recursive: true });
  for (const size of linuxSizes) {
    writeFileSync(join(folder, `icons/${size}x${size}.png`), await plain(size));
  }
  writeFileSync(join(folder, "icon.ico"), icoFile(await drawAll(windowsSizes, plain)));
  const withMargin = (size: number): Promise<Buffer> =>
    draw(page, { picture: "icon", size, margin: macMargin });
  writeFileSync(join(folder, "icon.icns"), icnsFile(await drawAll(macSizes, withMargin)));
  // Named after the extension: that is where electron-builder looks for the icon of an association.
  const sheet = (size: number): Promise<Buffer> =>
    draw(page, { picture: "document", size, margin: 0 });
  writeFileSync(join(folder, "handshake.ico"), icoFile(await drawAll(windowsSizes, sheet)));
  writeFileSync(join(folder, "handshake.icns"), icnsFile(await drawAll(macSizes, sheet)));
} finally {
  await browser.close();
}

async function drawAll(
  sizes: readonly number[],
  drawOne: (size: number) => Promise<Buffer>,
): Promise<Map<number, Buffer>> {
  const drawn = new Map<number, Buffer>();
  for (const size of sizes) drawn.set(size, await drawOne(size));
  return drawn;
}

async function draw(
  page: Page,
  {
    picture,
    size,
    margin,
  }: {
    readonly picture: "icon" | "document";
    readonly size: number;
    readonly margin: number;
  },
): Promise<Buffer> {
  const svg = readFileSync(join(folder, `${picture}.svg`), "utf8");
  const padding = size * margin;
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>body { margin: 0; padding: ${padding}px; } svg { display: block; }</style>${svg}`,
  );
  return page.screenshot({ omitBackground: true });
}
