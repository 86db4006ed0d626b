import { expect } from "@playwright/test";
import { tags } from "../../tags.ts";
import { test } from "./launch.ts";

// What a page may do to its window, and what is told when it tries.

test.describe("navigation", { tag: tags.hostSimulated }, () => {
  test("a refused navigation leaves the page as it is", async ({ conformance }) => {
    const { page, seen } = conformance;
    await page.evaluate(() => {
      location.href = "https://foreign.example/";
    });
    await expect.poll(seen).toContainEqual(["will-navigate", "https://foreign.example/"]);
    expect(await page.locator("h1").textContent()).toBe("One");
  });

  test("an allowed navigation gets a new preload", async ({ conformance: { page } }) => {
    await page.click("#other");
    await expect(page.locator("h1")).toHaveText("Two");
    expect(await page.evaluate(() => bridge.frame())).toMatchObject({
      url: "app://conformance/other",
    });
  });

  test("the app's own loadURL asks nobody", async ({ conformance: { app, page, seen } }) => {
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.loadURL("data:text/html,<h1>Three</h1>"),
    );
    await expect(page.locator("h1")).toHaveText("Three");
    expect(await seen()).not.toContainEqual(expect.arrayContaining(["will-navigate"]));
    expect(await page.evaluate(() => bridge.frame())).toMatchObject({ origin: "null" });
  });

  test("a window that a page opens is denied", async ({ conformance: { app, page, seen } }) => {
    const opened = await page.evaluate(() => window.open("https://foreign.example/popup") === null);
    expect(opened).toBe(true);
    await expect.poll(seen).toContainEqual(["window-open", "https://foreign.example/popup"]);
    await page.click("#target");
    await expect.poll(seen).toContainEqual(["window-open", "https://foreign.example/linked"]);
    await expect.poll(() => app.windows().length).toBe(1);
  });

  test("a refused permission reads as denied", async ({ conformance: { page } }) => {
    const states = await page.evaluate(() =>
      Promise.all(
        (["geolocation", "notifications", "camera"] as PermissionName[]).map((name) =>
          navigator.permissions.query({ name }).then(({ state }) => state),
        ),
      ),
    );
    expect(states).toEqual(["denied", "denied", "denied"]);
  });

  test("the answer's headers count, as its policy for scripts shows", async ({ conformance }) => {
    const directive = await conformance.page.evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation", (event) => {
            resolve(event.effectiveDirective);
          });
          try {
            document.body.innerHTML = "<b>markup</b>";
          } catch {
            // Trusted types throw as well.
          }
        }),
    );
    expect(directive).toBe("require-trusted-types-for");
  });

  test("what no handler answers is not found", async ({ conformance: { page } }) => {
    const status = await page.evaluate(() => fetch("/nothing").then((answer) => answer.status));
    expect(status).toBe(404);
  });
});

test.describe("life", { tag: tags.hostSimulated }, () => {
  test("show and hide reach the page", async ({ conformance: { app, page, seen } }) => {
    await expect.poll(seen).toContainEqual(["show"]);
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe("hidden");
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.show());
    await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe("visible");
    const told = (await seen())
      .map(([what]) => what)
      .filter((what) => /show|hide|blur/.test(String(what)));
    expect(told).toEqual(["show", "blur", "hide", "show"]);
  });

  test("a crashed page is told as render-process-gone", async ({ conformance: { app, seen } }) => {
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
    });
    await expect.poll(seen).toContainEqual(["gone", "crashed"]);
  });

  test("a second instance loses, and the first one hears of it", async ({ conformance }) => {
    const { startSecond, seen } = conformance;
    expect(await startSecond()).toBe(0);
    await expect
      .poll(seen)
      .toContainEqual(["second-instance", conformance.userData, { from: "conformance" }]);
  });

  test("closing the last window is told, and quitting ends the process", async ({
    conformance,
  }) => {
    const { app, seen } = conformance;
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(seen).toContainEqual(["window-all-closed"]);
    const ended = new Promise((resolve) => app.process().once("exit", resolve));
    await app.evaluate(({ app: electronApp }) => electronApp.quit());
    expect(await ended).toBe(0);
  });
});
