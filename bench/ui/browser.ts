import { chromium, type Browser } from "@playwright/test";
import { chromiumPath } from "../../e2e/chromium-path.ts";

/** Why the screens cannot be measured here; null when they can. */
export function whyNoBrowser(): string | null {
  return chromiumPath(process.env) === null
    ? "Chromium not found: install chromium, or set CHROMIUM_PATH"
    : null;
}

export function openBrowser(): Promise<Browser> {
  const executablePath = chromiumPath(process.env);
  if (executablePath === null) throw new Error("There is no Chromium.");
  // What a bench needs of memory figures; the sandbox needs another user than root.
  const args = ["--enable-precise-memory-info", "--js-flags=--expose-gc", "--no-sandbox"];
  return chromium.launch({ executablePath, args });
}
