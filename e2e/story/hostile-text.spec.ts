import { expect } from "@playwright/test";
import { startRun } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { tags } from "../tags.ts";

const markup = `<img src=x onerror="document.title='broken in'"><script>document.title='broken in'</script>`;
/** Escape sequences of a terminal, a right-to-left override, a zero-width space, and a line break. */
const control = "\u001b[31mred\u001b]0;owned\u0007 \u202Egnp.exe\u202C \u200Bzero\nsecond line";
// Control characters are what is looked for.
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0008\u000B-\u001F\u007F\u202A-\u202E\u2066-\u2069]/;
const longLineChars = 10_000_000;

const hostile = {
  formatVersion: 1,
  id: "hostile",
  name: `${markup}${control}`,
  version: 1,
  capabilities: ["shell:printf"],
  nodes: [
    {
      id: "payload",
      type: "transform",
      name: `${control}${markup}`,
      with: { value: { markup, control, link: "javascript:alert(1)" } },
    },
    {
      id: "line",
      type: "shell.exec",
      name: "A long line",
      with: {
        command: "printf",
        args: [`%0${longLineChars}d`, "0"],
        maxOutputBytes: 2 * longLineChars,
      },
    },
    { id: "break", type: "fail", name: markup, with: { message: `${markup}${control}`, times: 1 } },
  ],
  edges: [
    { from: "payload", to: "line" },
    { from: "line", to: "break" },
  ],
};

test.describe("hostile text", { tag: tags.product }, () => {
  test("[P5] [U1] names, payloads and errors are drawn as text, a line of 10 MB too", async ({
    host,
  }) => {
    const page = await host.start();
    const runId = await startRun(host, hostile);
    const row = page.getByRole("grid", { name: "Runs, newest first" }).getByRole("row").nth(1);
    await expect(row).toContainText("Failed");
    await expect(row).toContainText("<img src=x onerror=");
    expect(await row.innerText()).not.toMatch(unsafe);
    await row.getByRole("link").click();
    const inspector = page.getByRole("complementary");
    await expect(inspector.getByRole("tabpanel")).toContainText("<img src=x onerror=");
    await page.getByRole("treegrid").getByRole("row").first().click();
    await inspector.getByRole("tab", { name: "Output" }).click();
    await expect(inspector).toContainText("javascript:alert(1)");
    // The long line is shown in part, and the page is not drowned in it.
    await page
      .getByRole("treegrid")
      .getByRole("row", { name: /A long line/ })
      .click();
    await inspector.getByRole("tab", { name: "Output" }).click();
    await expect(inspector).toContainText("000000");
    const drawn = await page.evaluate(() => document.body.innerText.length);
    expect(drawn).toBeLessThan(longLineChars / 10);
    expect(await page.locator("a[href^='javascript:'], main img, main script").count()).toBe(0);
    expect(await page.title()).not.toContain("broken in");
    // It still answers.
    await page.keyboard.press("5");
    await expect(page.getByRole("button", { name: /^Events/, pressed: true })).toBeVisible();
    expect((await host.request("run.get", { runId })).run.status).toBe("failed");
  });
});
