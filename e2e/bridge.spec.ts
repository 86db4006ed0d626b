import { expect, type Page } from "@playwright/test";
import { ask, startRun } from "./ask.ts";
import { test } from "./desktop.ts";
import { longWorkflow, shortWorkflow } from "./fixtures/workflows.ts";
import { tags } from "./tags.ts";

test.describe("bridge", { tag: tags.product }, () => {
  test("[S10] a run is started, watched live and read through typed messages", async ({
    desktop,
  }) => {
    const page = await (await desktop.launch()).page();
    const runId = await startRun(page, shortWorkflow);
    await expect(page.locator("#runs li")).toHaveText(["A short thought: completed"]);
    const events = await ask(page, "run.events", { runId });
    expect(events).toMatchObject({ events: expect.arrayContaining([]) });
    const history = await ask(page, "run.get", { runId });
    expect(history).toMatchObject({ run: { runId, status: "completed" } });
  });

  test("errors are values with a code of the contract", async ({ desktop }) => {
    const page = await (await desktop.launch()).page();
    await expect(ask(page, "run.get", { runId: crypto.randomUUID() })).rejects.toThrow("NOT_FOUND");
    expect(await answerTo(page, "no.such.request", {})).toMatchObject({
      error: { code: "BAD_REQUEST" },
    });
    expect(await answerTo(page, "run.get", { runId: 7 })).toMatchObject({
      error: { code: "BAD_REQUEST" },
    });
  });

  test("a page that came again after a reload hears nothing of the one before", async ({
    desktop,
  }) => {
    const launched = await desktop.launch();
    const page = await launched.page();
    await startRun(page, longWorkflow);
    await page.evaluate(() => {
      document.body.dataset["isOld"] = "";
      void handshake.request(5_000, "runs.list", {});
    });
    await launched.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.reload();
    });
    await expect(page.locator("body:not([data-is-old])")).toBeAttached();
    await expect(page.locator("#connection")).toHaveText("welcome");
    await expect(page.locator("#runs li")).toHaveText(["A long thought: running"]);
  });

  test("the page has the five functions and nothing of Electron", async ({ desktop }) => {
    const page = await (await desktop.launch()).page();
    const found = await page.evaluate(() => ({
      names: Object.keys(handshake).toSorted(),
      isFrozen: Object.isFrozen(handshake),
      globals: ["require", "process", "ipcRenderer", "electron"].filter(
        (name) => name in globalThis,
      ),
    }));
    expect(found).toEqual({
      names: ["ack", "cancel", "request", "subscribe", "unsubscribe"],
      isFrozen: true,
      globals: [],
    });
  });

  test("what is no message of the contract ends the connection, not the app", async ({
    desktop,
  }) => {
    const page = await (await desktop.launch()).page();
    await page.evaluate(() => handshake.ack(-1, Number.NaN));
    // Tried again after a moment, for a page that has only stumbled.
    await expect(page.locator("html")).toHaveAttribute("data-connections", / down welcome$/);
  });

  test("a page of a foreign origin in our own window is not listened to", async ({ desktop }) => {
    const launched = await desktop.launch();
    const page = await launched.page();
    await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.loadURL("app://status/status.css"),
    );
    await expect(page.locator("body")).toContainText("color-scheme");
    const outcome = await page.evaluate(async () => {
      let heard = 0;
      handshake.subscribe(1, { topic: "connection" }, (text) => {
        if (text.includes("welcome")) heard += 1;
      });
      const answered = handshake.request(1, "runs.list", {}).then(() => "answered");
      const quiet = new Promise((resolve) => setTimeout(() => resolve("quiet"), 1_500));
      return [heard, await Promise.race([answered, quiet])];
    });
    expect(outcome).toEqual([0, "quiet"]);
  });
});

function answerTo(page: Page, name: string, input: unknown): Promise<unknown> {
  return page.evaluate(
    async ([requestName, requestInput]) =>
      JSON.parse(await handshake.request(9_000, String(requestName), requestInput)) as unknown,
    [name, input],
  );
}
