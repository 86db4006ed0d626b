import { expect, type Page } from "@playwright/test";
import { hostCalls } from "./desktop-play.ts";
import { test } from "./desktop.ts";
import { tags } from "./tags.ts";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

test.describe("window security", { tag: tags.product }, () => {
  test("a page cannot leave, open windows, or get a permission", async ({ desktop }) => {
    const { app, page: find } = await desktop.launch();
    const page = await find();
    await page.evaluate(() => {
      location.href = "https://foreign.example/";
    });
    await page.evaluate(() => void window.open("https://foreign.example/"));
    const states = await page.evaluate(() =>
      Promise.all(
        (["geolocation", "notifications", "camera"] as PermissionName[]).map(
          async (name) => (await navigator.permissions.query({ name })).state,
        ),
      ),
    );
    expect(states).toEqual(["denied", "denied", "denied"]);
    await expect(page.locator("h1")).toHaveText("Runs");
    expect(app.windows()).toHaveLength(1);
  });

  test("the policy is the one of the specification, and is enforced", async ({ desktop }) => {
    desktop.expectError("Content Security Policy");
    desktop.expectError("TrustedHTML");
    desktop.expectError("foreign.example");
    const page = await (await desktop.launch()).page();
    expect(await header(page, "/", "content-security-policy")).toBe(policy);
    const broken = await page.evaluate(async () => {
      const seen: string[] = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        seen.push(effectiveDirective);
      });
      await fetch("https://foreign.example/").catch(() => undefined);
      new Image().src = "https://foreign.example/x.png";
      document.body.append(Object.assign(document.createElement("iframe"), { src: "/" }));
      try {
        document.body.innerHTML = "<b>markup</b>";
      } catch {
        // Trusted types throw as well.
      }
      const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));
      for (const end = Date.now() + 20_000; seen.length < 4 && Date.now() < end;) await pause();
      // A fifth would be one too many.
      await pause();
      return seen.toSorted();
    });
    expect(broken).toEqual(["connect-src", "frame-src", "img-src", "require-trusted-types-for"]);
  });

  test("[P4] no path leads out of the folder of the screens", async ({ desktop }) => {
    desktop.expectError("404");
    const page = await (await desktop.launch()).page();
    const statuses = await page.evaluate(() =>
      Promise.all(
        [
          "/screen.js",
          "/..%2f..%2fpackage.json",
          "/%2e%2e/package.json",
          "/..%5cx.js",
          "/%00.js",
        ].map(async (path) => (await fetch(path)).status),
      ),
    );
    expect(statuses).toEqual([200, 404, 404, 404, 404]);
  });
});

test.describe("the main window", { tag: tags.hostSimulated }, () => {
  test("is made sandboxed, isolated and without Node", async ({ desktop }) => {
    const launched = await desktop.launch();
    await launched.page();
    // The start-up window may have come first.
    const windows = await hostCalls(launched.app, "BrowserWindow");
    expect(windows.at(-1)).toMatchObject({
      title: "Handshake",
      webPreferences: {
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    });
  });
});

async function header(page: Page, path: string, name: string): Promise<string | null> {
  return page.evaluate(
    async ([where = "", what = ""]) => (await fetch(where)).headers.get(what),
    [path, name],
  );
}
