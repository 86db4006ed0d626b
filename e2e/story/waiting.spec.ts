import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { startRun, type Host } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { tags } from "../tags.ts";
import { notePlaces } from "./note-places.ts";
import { goTo, recoveryPanel, runHeader, runRow, startEngine } from "./screens.ts";
import {
  asking,
  askingTwice,
  failing,
  longThought,
  sending,
  sensitive,
  stubborn,
} from "./workflows.ts";

test.describe("a person decides", { tag: tags.product }, () => {
  test("[C2] [U3] [J2] a question with a form survives a kill, and its answer is an output", async ({
    host,
  }) => {
    let page = await host.start();
    await startRun(host, asking);
    await expect(runRow(page, "A question")).toContainText("Needs you");
    await host.kill();
    page = await host.start();
    // Not stalled: it has no owner to lose.
    await expect(recoveryPanel(page)).toBeHidden();
    await goTo(page, "Needs you");
    await expect(page.getByText("What shall be ordered?")).toBeVisible();
    // What the question is about.
    await expect(page.getByText("price")).toBeVisible();
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText(/is needed/).first()).toBeVisible();
    await page.getByRole("radio", { name: "coffee" }).check();
    await page.getByRole("textbox", { name: "Pieces" }).fill("3");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText("Nothing waits for you")).toBeVisible();
    await goTo(page, "Runs");
    await expect(runRow(page, "A question")).toContainText("Completed");
    const { output, events } = readHistory(host.folder.data);
    expect(output).toMatchObject({ item: "coffee", pieces: 3 });
    const answers = events.filter(({ data }) => data["from"] === "awaiting_user");
    expect(answers[0]).toMatchObject({ actor: "human" });
  });

  test("[U3] questions stand still from their first moment, with what they are about", async ({
    host,
  }) => {
    const page = await host.start();
    await startRun(host, asking);
    await expect(runRow(page, "A question")).toContainText("Needs you");
    await startRun(host, { ...asking, id: "another-question", name: "Another question" });
    await expect(runRow(page, "Another question")).toContainText("Needs you");
    const places = await notePlaces(page, "main form");
    await goTo(page, "Needs you");
    await expect(page.getByText("price")).toHaveCount(2);
    await expect(page.getByRole("button", { name: "Send" })).toHaveCount(2);
    await expect(page.getByRole("button", { name: "Send" }).last()).toBeVisible();
    expect(await places()).toHaveLength(1);
  });

  test("[C2] a sensitive step starts only after it is confirmed, and a kill asks again", async ({
    host,
  }) => {
    let page = await host.start();
    await startRun(host, sensitive);
    const letter = join(host.folder.work, "letter.txt");
    await expect(runRow(page, "A letter")).toContainText("Needs you");
    await host.kill();
    page = await host.start();
    expect(existsSync(letter)).toBe(false);
    await goTo(page, "Needs you");
    await expect(page.getByText("This step is marked as sensitive.")).toBeVisible();
    await page.getByRole("button", { name: "Confirm" }).click();
    await goTo(page, "Runs");
    await expect(runRow(page, "A letter")).toContainText("Completed");
    expect(readFileSync(letter, "utf8")).toBe("Dear reader");
    const { events } = readHistory(host.folder.data);
    const given = events.filter(({ type }) => type === "confirmation.given");
    expect(given).toMatchObject([
      { actor: "human", data: { attempt: 1, inputSha256: expect.any(String) } },
    ]);
  });

  test("[C2] a kill after each: a given answer is kept, a given confirmation is asked for again", async ({
    host,
  }) => {
    let page = await host.start();
    await startRun(host, askingTwice);
    await goTo(page, "Needs you");
    await expect(page.getByText("Shall it think?")).toBeVisible();
    await page.getByRole("radio", { name: "Yes" }).check();
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText("This step is marked as sensitive.")).toBeVisible();
    await host.kill();
    const answered = readHistory(host.folder.data).events;

    page = await host.start();
    await goTo(page, "Needs you");
    await expect(page.getByText("This step is marked as sensitive.")).toBeVisible();
    await expect(page.getByText("Shall it think?")).toBeHidden();
    await page.getByRole("button", { name: "Confirm" }).click();
    await expect.poll(() => statusOf("think")).toBe("running");
    await host.kill();

    page = await host.start();
    await goTo(page, "Runs");
    // Two kills within ten minutes: the engine waits for a person first.
    await startEngine(page);
    await recoveryPanel(page)
      .getByRole("button", { name: /^Resume 1 safe/ })
      .click();
    await expect(runRow(page, "An agreed thought")).toContainText("Needs you");
    await goTo(page, "Needs you");
    await expect(page.getByText("This step is marked as sensitive.")).toBeVisible();
    expect(statusOf("think")).toBe("awaiting_user");
    expect(statusOf("ask")).toBe("completed");
    const { events } = readHistory(host.folder.data);
    // Nothing of what was saved is gone, and the question was not put again.
    expect(events.slice(0, answered.length)).toEqual(answered);
    expect(events.slice(answered.length).filter(({ data }) => data["nodePath"] === "ask")).toEqual(
      [],
    );
    const given = events.filter(({ type }) => type === "confirmation.given");
    expect(given).toMatchObject([{ actor: "human", data: { attempt: 1 } }]);

    function statusOf(nodePath: string): string | undefined {
      return readHistory(host.folder.data).nodes.find((node) => node.nodePath === nodePath)?.status;
    }
  });

  test("[U2] [X3] [X4] a cut-off step with an outside effect is decided in a sheet, with nothing chosen beforehand", async ({
    host,
  }) => {
    let page = await host.start();
    await startRun(host, sending);
    await expect(runRow(page, "A parcel")).toContainText("Running");
    await expect.poll(() => readHistory(host.folder.data).nodes[0]?.status).toBe("running");
    await host.kill();
    page = await host.start();
    const panel = recoveryPanel(page);
    await expect(panel).toContainText("Send the parcel may have taken effect already: you decide");
    await panel.getByRole("button", { name: "Resume A parcel" }).click();
    const sheet = page.getByRole("dialog", { name: "Before it goes on" });
    await expect(sheet.getByRole("radio", { checked: true })).toHaveCount(0);
    await expect(sheet.getByRole("button", { name: "Resume" })).toBeDisabled();
    await sheet.getByRole("radio", { name: /Skip it and supply its output/ }).check();
    await sheet
      .getByRole("textbox")
      .fill('{"exitCode": 0, "stdout": "sent", "stderr": "", "truncated": false}');
    await sheet.getByRole("button", { name: "Resume" }).click();
    await expect(runRow(page, "A parcel")).toContainText("Completed");
    const { output, events } = readHistory(host.folder.data);
    expect(output).toMatchObject({ stdout: "sent" });
    expect(events.find(({ type }) => type === "run.resumed")).toMatchObject({ actor: "human" });
  });

  test("[X3] a stalled run is left by nobody but a person: Later, and a deep link that tries to act", async ({
    host,
  }) => {
    let page = await host.start();
    const runId = await startRun(host, longThought);
    await expect.poll(() => readHistory(host.folder.data).nodes.length).toBe(2);
    await host.kill();
    page = await host.start();
    await recoveryPanel(page).getByRole("button", { name: "Later" }).click();
    await expect(recoveryPanel(page)).toBeHidden();
    const places = page.getByRole("navigation", { name: "Places" });
    await expect(places.getByRole("link", { name: "Stalled 1" })).toBeVisible();
    // An address only navigates, whatever it is called.
    for (const place of [
      `/run/${runId}?action=resume&resume=1&confirm=true#resume`,
      `/run/${runId}/resume`,
      `/runs?tab=stalled&action=resumeSafe`,
    ]) {
      await visit(page, host, place);
      await expect(page.getByRole("heading").first()).toBeVisible();
    }
    await visit(page, host, `/run/${runId}`);
    await expect(runHeader(page, "A long thought").getByText("Stalled")).toBeVisible();
    const { status, events } = readHistory(host.folder.data);
    expect([status, events.filter(({ type }) => type === "run.resumed")]).toEqual(["stalled", []]);
  });

  test("[U1] a failed run opens with its root cause, and a retry takes over what went well", async ({
    host,
  }) => {
    const page = await host.start();
    await startRun(host, failing);
    await runRow(page, "A failure").getByRole("link").click();
    const inspector = page.getByRole("complementary", { name: "What breaks" });
    await expect(inspector.getByRole("tab", { name: "Error", selected: true })).toBeVisible();
    await expect(inspector.getByRole("tabpanel")).toContainText("The well is dry.");
    await expect(inspector.getByRole("tabpanel")).toContainText("DRY");
    await page.getByRole("button", { name: "Retry from failure" }).click();
    await expect(runHeader(page, "A failure").getByText(/run 2 of 2/)).toBeVisible();
    // It fails at each first attempt, but what went well is not done again.
    await expect.poll(() => readHistory(host.folder.data).status).toBe("failed");
    const { nodes } = readHistory(host.folder.data);
    expect(nodes.toSorted((a, b) => a.nodePath.localeCompare(b.nodePath))).toEqual([
      { nodePath: "break", status: "failed", attempts: 1 },
      // Taken over, without an attempt.
      { nodePath: "first", status: "completed", attempts: 0 },
    ]);
  });

  test("[U3] [W6] cancelling asks first, ends the run, by force where a step does not stop, and a restart does not bring it back", async ({
    host,
  }) => {
    let page = await host.start(["short-forced-end.cjs"]);
    await startRun(host, longThought);
    await runRow(page, "A long thought").getByRole("link").click();
    const header = runHeader(page, "A long thought");
    await header.getByRole("button", { name: "Cancel run" }).click();
    const sheet = page.getByRole("dialog", { name: "Cancel this run?" });
    await sheet.getByRole("button", { name: "Keep it running" }).click();
    await expect(header.getByText("Running")).toBeVisible();
    await header.getByRole("button", { name: "Cancel run" }).click();
    await sheet.getByRole("button", { name: "Cancel run" }).click();
    await expect(header.getByText("Cancelled", { exact: true })).toBeVisible();
    const closing = readHistory(host.folder.data).events.find(({ type }) => type === "run.closing");
    expect(closing).toMatchObject({ actor: "human", data: { to: "cancelled" } });

    // It is asked to stop, does not, and the page counts down what this engine grants.
    await goTo(page, "Runs");
    await startRun(host, stubborn);
    const pidFile = join(host.folder.work, "pid");
    await expect.poll(() => existsSync(join(host.folder.work, "alive"))).toBe(true);
    await runRow(page, "A stubborn program").getByRole("link").click();
    const stubbornHeader = runHeader(page, "A stubborn program");
    await stubbornHeader.getByRole("button", { name: "Cancel run" }).click();
    await noteWords(page);
    await sheet.getByRole("button", { name: "Cancel run" }).click();
    await expect(stubbornHeader.getByText("Cancelled", { exact: true })).toBeVisible();
    expect(await wordsNoted(page)).toMatch(/asked to stop, and are ended in [1-3] s/);
    const { status, finishedAtMs } = readHistory(host.folder.data);
    expect(status).toBe("cancelled");
    // By force: the program outlived its run, and is not left behind.
    await expect.poll(() => isAlive(Number(readFileSync(pidFile, "utf8")))).toBe(false);
    expect(statSync(join(host.folder.work, "alive")).mtimeMs).toBeGreaterThan(finishedAtMs ?? 0);

    await host.kill();
    page = await host.start();
    expect(await host.seenBeforeScreens()).toMatchObject({ stalled: 0, running: 0 });
    await goTo(page, "Runs");
    await expect(runRow(page, "A long thought")).toContainText("Cancelled");
    await expect(runRow(page, "A stubborn program")).toContainText("Cancelled");
  });
});

declare global {
  var notedWords: Set<string> | undefined;
}

/** What the page's header says from now on: a countdown may be over before a spec comes to look at it. */
async function noteWords(page: Page): Promise<void> {
  await page.evaluate(() => {
    const noted = new Set<string>();
    globalThis.notedWords = noted;
    new MutationObserver(() => {
      noted.add(document.querySelector("main header:has(h1)")?.textContent ?? "");
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

function wordsNoted(page: Page): Promise<string> {
  return page.evaluate(() => [...(globalThis.notedWords ?? [])].join("\n"));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A tab is given an address; the app's window cannot be led anywhere, but its screens read theirs. */
async function visit(page: Page, { kind }: Host, place: string): Promise<void> {
  if (kind === "browser") await page.goto(new URL(place, page.url()).href);
  else {
    await page.evaluate((to) => {
      history.pushState(null, "", to);
      dispatchEvent(new PopStateEvent("popstate"));
    }, place);
  }
}
