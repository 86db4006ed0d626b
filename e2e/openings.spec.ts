import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { ask, startRun } from "./ask.ts";
import { productBundle, test, type Desktop } from "./desktop.ts";
import { askingWorkflow } from "./fixtures/workflows.ts";
import { tags } from "./tags.ts";

test.describe("what is opened from outside", { tag: tags.product }, () => {
  test("a file that starts the app opens the start sheet, and starts nothing", async ({
    desktop,
  }) => {
    const file = workflowFile(desktop, "Question.handshake");
    const { page: find } = await desktop.launch({ main: productBundle, opened: [file] });
    const page = await find();
    await expect(page.getByRole("dialog").getByText(file)).toBeVisible();
    await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
    expect(await runIds(page)).toEqual([]);
  });

  test("a file opened in a second instance comes to the first one's start sheet", async ({
    desktop,
  }) => {
    const { page: find } = await desktop.launch({ main: productBundle });
    const page = await find();
    const file = workflowFile(desktop, "Second.handshake");
    expect(await desktop.startSecond([file])).toBe(0);
    await expect(page.getByRole("dialog").getByText(file)).toBeVisible();
    expect(await runIds(page)).toEqual([]);
  });

  test("a link leads to its run, and changes nothing of it", async ({ desktop }) => {
    const { page: find } = await desktop.launch({ main: productBundle });
    const page = await find();
    const runId = await startRun(page, askingWorkflow);
    await desktop.startSecond([`handshake://run/${runId}?view=events`]);
    await expect(page).toHaveURL(new RegExp(`/run/${runId}\\?view=events$`));
    expect(await runIds(page)).toEqual([runId]);
  });

  test("a link that tries to act is refused, logged and said", async ({ desktop }) => {
    const { page: find } = await desktop.launch({ main: productBundle });
    const page = await find();
    const runId = await startRun(page, askingWorkflow);
    const address = page.url();
    await desktop.startSecond([`handshake://run/${runId}/cancel?confirm=secret-word`]);
    await expect(page.getByRole("status").getByText(/A link was not followed/)).toBeVisible();
    expect(page.url()).toBe(address);
    await expect
      .poll(() => ask(page, "runs.list", {}))
      .toMatchObject({ rows: [{ runId, status: "awaiting_user" }] });
    const log = (): string => readFileSync(join(desktop.dataFolder, "logs/handshake.log"), "utf8");
    await expect.poll(log).toContain("[open] A link was refused.");
    expect(log()).not.toContain("secret-word");
    await page.getByRole("button", { name: "Dismiss" }).click();
    await expect(page.getByText(/A link was not followed/)).toBeHidden();
  });

  test("a file that is none is refused and said", async ({ desktop }) => {
    const gone = join(desktop.dataFolder, "gone.handshake");
    const { page: find } = await desktop.launch({ main: productBundle, opened: [gone] });
    const page = await find();
    await expect(page.getByText("gone.handshake was not opened: it cannot be read.")).toBeVisible();
  });
});

test.describe("what macOS hands over", { tag: tags.hostSimulated }, () => {
  test("open-file opens the start sheet, open-url leads to a place", async ({ desktop }) => {
    const { app, page: find } = await desktop.launch({ main: productBundle });
    const page = await find();
    const emit = (event: "open-file" | "open-url", what: string): Promise<boolean> =>
      app.evaluate(
        ({ app: main }, given) => {
          const { event: name, what: argument } = given;
          return main.emit(name, { preventDefault: () => undefined }, argument);
        },
        { event, what },
      );
    await emit("open-url", "handshake://settings/data");
    await expect(page).toHaveURL(/\/settings\/data$/);
    const file = workflowFile(desktop, "Mac.handshake");
    await emit("open-file", file);
    await expect(page.getByRole("dialog").getByText(file)).toBeVisible();
  });
});

function workflowFile({ dataFolder }: Desktop, name: string): string {
  const file = join(dataFolder, name);
  writeFileSync(file, askingWorkflow);
  return file;
}

async function runIds(page: Page): Promise<string[]> {
  const answer = (await ask(page, "runs.list", {})) as { rows: { runId: string }[] };
  return answer.rows.map(({ runId }) => runId);
}
