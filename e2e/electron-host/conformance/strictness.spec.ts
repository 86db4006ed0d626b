import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect } from "@playwright/test";
import { answerDialog, hostCalls } from "../../desktop-play.ts";
import { tags } from "../../tags.ts";
import { testHost } from "../../test-host.ts";
import { test } from "./launch.ts";

// The stand-in's own promise: what it lacks fails by name, what it made goes.

test.describe("the stand-in", { tag: tags.hostSimulated }, () => {
  test.skip(testHost === "electron", "real Electron is not a stand-in");

  test("throws by name for members, events and options that it lacks", async ({ conformance }) => {
    const messages = await conformance.app.evaluate(({ app, BrowserWindow, session }) => {
      const attempts = [
        () => app.getGPUInfo("basic"),
        () => app.on("gpu-info-update", () => undefined),
        () => BrowserWindow.getAllWindows()[0]?.setOpacity(0.5),
        () => new BrowserWindow({ frame: false }),
        () => new BrowserWindow({ webPreferences: { sandbox: false } }),
        () => session.defaultSession.clearCache(),
      ];
      return attempts.map((attempt) => {
        try {
          void attempt();
          return "nothing was thrown";
        } catch (error) {
          return error instanceof Error ? error.message : "";
        }
      });
    });
    expect(messages).toEqual(
      [
        "app.getGPUInfo",
        "app's event gpu-info-update",
        "BrowserWindow.setOpacity",
        "BrowserWindow with the option frame",
        "sandbox: false",
        "session.clearCache",
      ].map((what) => `electron-host: ${what} is not implemented`),
    );
  });

  test("a dialog that no spec answers fails", async ({ conformance: { app } }) => {
    const [message, failures] = await app.evaluate(async ({ dialog }) => {
      const asked = await dialog.showMessageBox({ message: "Quit?" }).then(
        () => "answered",
        (error: Error) => error.message,
      );
      const host = (globalThis as unknown as { electronHost: { failures: string[] } }).electronHost;
      return [asked, host.failures.length] as const;
    });
    expect(message).toContain("dialog.showMessageBox was not answered: no answer is set");
    expect(failures).toBe(1);
  });

  test("a dialog for folders is noted and answered; an option that it does not know fails by name", async ({
    conformance: { app },
  }) => {
    const answer = { canceled: false, filePaths: ["/somewhere"] };
    await answerDialog(app, { dialog: "showOpenDialog", answer });
    const seen = await app.evaluate(async ({ dialog }) => {
      const chosen = await dialog.showOpenDialog({ properties: ["openDirectory"] });
      const refused = await dialog.showOpenDialog({ message: "Where to?" }).then(
        () => "answered",
        (error: Error) => error.message,
      );
      return { chosen, refused };
    });
    expect(seen).toEqual({
      chosen: answer,
      refused: "electron-host: dialog.showOpenDialog with the option message is not implemented",
    });
    expect(await hostCalls(app, "dialog.showOpenDialog")).toEqual([
      { properties: ["openDirectory"] },
    ]);
  });

  test("its profile is removed even after a SIGKILL", async ({ conformance: { app } }) => {
    const pid = app.process().pid ?? 0;
    const profiles = readdirSync(tmpdir()).filter((name) =>
      name.startsWith(`electron-host-${pid}-`),
    );
    expect(profiles).toHaveLength(1);
    process.kill(pid, "SIGKILL");
    await expect
      .poll(() => profiles.some((name) => existsSync(`${tmpdir()}/${name}`)), { timeout: 30_000 })
      .toBe(false);
  });
});
