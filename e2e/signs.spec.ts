import { expect, type ElectronApplication } from "@playwright/test";
import { ask, startRun } from "./ask.ts";
import { hostCalls } from "./desktop-play.ts";
import { test } from "./desktop.ts";
import { askingWorkflow, longWorkflow } from "./fixtures/workflows.ts";
import { tags } from "./tags.ts";

test.describe("outside the window", { tag: tags.hostSimulated }, () => {
  test("a run that needs a person: tray, badge, and a banner while nobody looks", async ({
    desktop,
  }) => {
    const { app, page: find } = await desktop.launch();
    const page = await find();
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    await startRun(page, askingWorkflow);
    await expect
      .poll(() => hostCalls(app, "Notification.show"))
      .toEqual([{ title: "A run needs you", body: "A question", silent: false }]);
    await expect.poll(() => hostCalls(app, "app.setBadgeCount")).toEqual([1]);
    await expect.poll(() => trayToolTip(app)).toBe("Handshake: 1 need you");
    // A click shows the window, and answers nothing.
    await app.evaluate(() => void electronHost.notifications[0]?.emit("click"));
    await expect
      .poll(() =>
        app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isFocused()),
      )
      .toBe(true);
    await expect(page.locator("#runs li")).toHaveText(["A question: awaiting_user"]);
  });

  test("the machine stays awake while runs work, where that is set", async ({ desktop }) => {
    const { app, page: find } = await desktop.launch();
    const page = await find();
    await ask(page, "settings.set", { change: { keepAwake: "always" } });
    const runId = await startRun(page, longWorkflow);
    await expect
      .poll(() => hostCalls(app, "powerSaveBlocker.start"))
      .toEqual(["prevent-app-suspension"]);
    await ask(page, "run.cancel", { runId });
    await expect.poll(() => hostCalls(app, "powerSaveBlocker.stop")).toHaveLength(1);
  });
});

function trayToolTip(app: ElectronApplication): Promise<string | undefined> {
  return app.evaluate(() => electronHost.trays[0]?.toolTip);
}
