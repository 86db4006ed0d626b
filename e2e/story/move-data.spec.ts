import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";
import { appEnvironment, productBundle } from "../desktop.ts";
import { startRun, type Host } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { runToExit } from "../run-to-exit.ts";
import { tags } from "../tags.ts";
import { goTo, openDataSettings, runRow } from "./screens.ts";
import { shortThought } from "./workflows.ts";

test.describe("the data is moved", { tag: tags.product }, () => {
  test("[P4] Move… asks for a place, the next start moves everything there, and says where it is", async ({
    host,
  }) => {
    let page = await host.start();
    await startRun(host, shortThought);
    await expect(runRow(page, "A short thought")).toContainText("Completed");
    const to = join(host.folder.path, "disk", "handshake");
    await openDataSettings(page);
    await page.getByRole("button", { name: "Move…" }).click();
    const field = page.getByRole("textbox", { name: "Move the data to this folder" });
    const ask = page.getByRole("button", { name: "Move at the next start" });
    // A place that will not do is said, and nothing is planned.
    await field.fill(to);
    await ask.click();
    await expect(page.getByText(/disk is no folder\. Create it first/)).toBeVisible();
    mkdirSync(join(host.folder.path, "disk"));
    await ask.click();
    await expect(planned(page)).toContainText(to);
    await page.getByRole("button", { name: "Take back" }).click();
    await expect(planned(page)).toBeHidden();
    await page.getByRole("button", { name: "Move…" }).click();
    await field.fill(to);
    await ask.click();
    await expect(planned(page)).toBeVisible();
    await host.kill();
    page = await startAfterMove(host);
    await openDataSettings(page);
    await expect(page.getByText(to, { exact: true }).first()).toBeVisible();
    await expect(planned(page)).toBeHidden();
    await goTo(page, "Runs");
    await expect(runRow(page, "A short thought")).toContainText("Completed");
    expect(readHistory(to).status).toBe("completed");
    expect(existsSync(join(host.folder.data, "handshake.db"))).toBe(false);
    expect(existsSync(join(to, "moved-from.json"))).toBe(false);
    const rights = [to, join(to, "handshake.db")].map((path) => statSync(path).mode & 0o777);
    expect(rights).toEqual([0o700, 0o600]);
  });

  test("a place that was taken in the meantime is told, and everything is where it was", async ({
    host,
  }) => {
    let page = await host.start();
    const to = join(host.folder.path, "taken");
    await host.request("data.move", { folder: to });
    mkdirSync(to);
    writeFileSync(join(to, "mine"), "");
    await host.kill();
    page = await host.start();
    await expect(page.getByText(/The data was not moved to .*taken is not empty/)).toBeVisible();
    const { folder, move } = await host.request("data.info", {});
    expect({ folder, move }).toEqual({ folder: host.folder.data, move: null });
  });
});

/** On the stand-in `app.relaunch` is only noted: the start that moves ends, and the next one is the spec's. */
async function startAfterMove(host: Host): Promise<Page> {
  if (host.kind === "desktop") {
    const { data, home: HOME } = host.folder;
    const env = { ...appEnvironment(), HOME };
    expect(await runToExit([productBundle, "--data", data], env)).toBe(0);
  }
  return host.start();
}

function planned(page: Page): Locator {
  return page.getByText(/^At the next start .+ are moved to .+ Until then/);
}
