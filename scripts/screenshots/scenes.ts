import type { Page } from "@playwright/test";
import type { Scene, SceneContext } from "./scene.ts";
import { windowScenes } from "./window-scenes.ts";

/** A phone's width, which is also a desktop window at 400 % zoom. */
const narrow = { width: 320, height: 800 };
/** The default window at 200 % zoom. */
const zoomed = { width: 640, height: 400 };

const fixedHistory: readonly Scene[] = [
  {
    name: "recovery-panel",
    stage: "history",
    show: async ({ goTo, page }) => {
      await goTo("/runs");
      await page.getByRole("heading", { name: /stopped/ }).waitFor();
      await row(page).waitFor();
    },
  },
  {
    name: "recovery-panel-narrow",
    stage: "history",
    size: narrow,
    show: async ({ goTo, page }) => {
      await goTo("/runs");
      await page.getByRole("heading", { name: /stopped/ }).waitFor();
    },
  },
  {
    name: "recovery-decisions",
    stage: "history",
    show: async ({ goTo, page }) => {
      await goTo("/runs");
      await page.getByRole("button", { name: /^Review/ }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "run-interrupted",
    stage: "history",
    show: (context) => openRun(context, "status:stalled wf:vendor-research"),
  },
  {
    name: "runs",
    stage: "history",
    show: async ({ goTo, page }) => {
      await goTo("/runs");
      const later = page.getByRole("button", { name: "Later" });
      await row(page).waitFor();
      if (await later.isVisible()) await later.click();
      await later.waitFor({ state: "hidden" });
    },
  },
  {
    name: "runs-narrow",
    stage: "history",
    size: narrow,
    show: (context) => showRuns(context, "/runs"),
  },
  {
    name: "runs-zoom-200",
    stage: "history",
    size: zoomed,
    show: (context) => showRuns(context, "/runs"),
  },
  {
    name: "runs-filtered",
    stage: "history",
    show: (context) => showRuns(context, "/runs?q=status%3Afailed%2Cpoisoned+wf%3Adaily-digest"),
  },
  {
    name: "runs-no-match",
    stage: "history",
    show: async ({ goTo, page }) => {
      await goTo("/runs?q=status%3Afailed+zebra");
      await page.getByText("No run matches").waitFor();
    },
  },
  {
    name: "runs-query-error",
    stage: "history",
    show: (context) => showRuns(context, "/runs?q=status%3Afaild+digest"),
  },
  {
    name: "runs-loading",
    stage: "history",
    isMute: true,
    show: async ({ goTo, page }) => {
      await goTo("/runs");
      await page.getByRole("status", { name: /Loading/ }).waitFor();
    },
  },
  {
    name: "run-completed",
    stage: "history",
    show: (context) => openRun(context, "status:completed wf:vendor-research"),
  },
  {
    name: "run-attempts",
    stage: "history",
    show: async (context) => {
      await openRun(context, "status:completed wf:vendor-research");
      const { page } = context;
      await page.getByRole("row", { name: /Fetch the forum/ }).click();
      await page.keyboard.press("ArrowRight");
      await page.getByRole("tab", { name: "Attempts" }).click();
    },
  },
  {
    name: "run-band-open",
    stage: "history",
    show: async (context) => {
      await openRun(context, "status:awaiting_user wf:invoice-triage");
      await context.page
        .getByRole("group", { name: "Stretches without work" })
        .getByRole("button")
        .first()
        .click();
    },
  },
  {
    name: "run-output",
    stage: "history",
    show: async (context) => {
      await openRun(context, "status:completed wf:daily-digest");
      const { page } = context;
      await page.getByRole("row", { name: /Fetch the news/ }).click();
      await page.getByRole("tab", { name: "Output" }).click();
      await page.getByText("body").first().waitFor();
    },
  },
  {
    name: "run-events",
    stage: "history",
    show: async (context) => {
      await openRun(context, "status:completed wf:vendor-research");
      await context.page.getByRole("button", { name: /^Events/ }).click();
      await context.page.getByText("run.created").first().waitFor();
    },
  },
  {
    name: "run-failed",
    stage: "history",
    show: (context) => openRun(context, "status:failed wf:daily-digest"),
  },
  {
    name: "run-issues",
    stage: "history",
    show: (context) => openRun(context, "status:completed_with_issues"),
  },
  {
    name: "run-asks",
    stage: "history",
    show: (context) => openRun(context, "status:awaiting_user wf:invoice-triage"),
  },
  {
    name: "run-review",
    stage: "history",
    show: (context) => openRun(context, "status:awaiting_validation"),
  },
  {
    name: "run-timer",
    stage: "history",
    show: (context) => openRun(context, "status:queued"),
  },
  {
    name: "run-poisoned",
    stage: "history",
    show: (context) => openRun(context, "status:poisoned"),
  },
  {
    name: "run-cancelled",
    stage: "history",
    show: (context) => openRun(context, "status:cancelled"),
  },
  {
    name: "run-narrow",
    stage: "history",
    size: narrow,
    show: (context) => openRun(context, "status:failed wf:daily-digest"),
  },
  {
    name: "run-zoom-200",
    stage: "history",
    size: zoomed,
    show: (context) => openRun(context, "status:completed wf:vendor-research"),
  },
  {
    name: "needs-you",
    stage: "history",
    show: async ({ goTo, page }) => {
      await goTo("/needs-you");
      await page.getByRole("heading", { name: /Needs you/ }).waitFor();
      await page.getByRole("radiogroup").first().waitFor();
    },
  },
  {
    name: "workflows",
    stage: "history",
    show: async ({ goTo, page }) => {
      await goTo("/workflows");
      await page.getByText("Daily digest").first().waitFor();
    },
  },
  {
    name: "start-choose",
    stage: "history",
    show: async ({ goTo, page }) => {
      await goTo("/workflows");
      await page.getByText("Daily digest").first().waitFor();
      await goTo("/runs");
      await page.getByRole("button", { name: "Start a workflow" }).click();
      await page.getByRole("dialog").getByText("Daily digest").waitFor();
    },
  },
  {
    name: "start-sheet",
    stage: "history",
    show: async ({ goTo, page }) => {
      await goTo("/runs");
      await page.getByRole("button", { name: "Start a workflow" }).click();
      await page.getByRole("dialog").getByText("Invoice triage").click();
      await page.getByText(/wants to/).waitFor();
    },
  },
  ...["general", "data", "secrets", "permissions", "updates", "diagnostics"].map(
    (section): Scene => ({
      name: `settings-${section}`,
      stage: "history",
      show: async ({ goTo, page }) => {
        await goTo(`/settings/${section}`);
        await page
          .getByRole("heading", { name: new RegExp(section, "i") })
          .first()
          .waitFor();
      },
    }),
  ),
  {
    name: "cheat-sheet",
    stage: "history",
    show: async (context) => {
      await showRuns(context, "/runs");
      await context.page.keyboard.press("Shift+?");
      await context.page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "not-found",
    stage: "history",
    show: async ({ goTo, page }) => {
      await goTo("/nowhere");
      await page.locator("main h2").first().waitFor();
    },
  },
  {
    name: "engine-down",
    stage: "history",
    show: async (context) => {
      await showRuns(context, "/runs");
      await context.host.kill();
      await context.page
        .getByText(/Engine stopped/)
        .first()
        .waitFor();
    },
  },
];

const firstStart: readonly Scene[] = [
  {
    name: "runs-first",
    stage: "nothing",
    show: async ({ goTo, page }) => {
      await goTo("/runs");
      await page.getByRole("heading", { name: "A long report" }).waitFor();
    },
  },
  {
    name: "runs-first-narrow",
    stage: "nothing",
    size: narrow,
    show: async ({ goTo, page }) => {
      await goTo("/runs");
      await page.getByRole("heading", { name: "A long report" }).waitFor();
    },
  },
  {
    name: "needs-you-nothing",
    stage: "nothing",
    show: async ({ goTo, page }) => {
      await goTo("/needs-you");
      await page.locator("main h2").first().waitFor();
    },
  },
  {
    name: "workflows-nothing",
    stage: "nothing",
    show: async ({ goTo, page }) => {
      await goTo("/workflows");
      await page.locator("main h1").first().waitFor();
    },
  },
];

const live: readonly Scene[] = [
  {
    name: "start-sample",
    stage: "life",
    show: async ({ goTo, page }) => {
      await goTo("/runs");
      await page.getByRole("button", { name: /Start: A long report/ }).click();
      await page.getByText(/wants to/).waitFor();
    },
  },
  {
    name: "run-live",
    stage: "life",
    show: async ({ page }) => {
      await page.getByRole("button", { name: /Allow once/ }).click();
      await page.waitForURL(/\/run\//);

      const chapter = page.getByRole("row").filter({ hasText: /Write chapter 2/ });
      await chapter.filter({ hasText: /Running/ }).waitFor({ timeout: 90_000 });
      await page
        .getByText(/^Working for [2-6] s on/)
        .first()
        .waitFor();
    },
  },
  {
    name: "cancel-sheet",
    stage: "life",
    show: async ({ page }) => {
      await page.getByRole("button", { name: "Cancel run" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "run-wide",
    stage: "life",
    show: async ({ goTo, page }) => {
      await goTo("/runs");
      await page.getByRole("button", { name: "Start a workflow" }).click();
      await page.getByRole("dialog").getByText("Wide fan-out").click();
      await page.getByRole("button", { name: /^(Start|Allow once)$/ }).click();
      await page.waitForURL(/\/run\//);
      await page.getByText("202/202").waitFor();
      // The minimap is drawn when there is time.
      await page.waitForTimeout(1_000);
    },
  },
  {
    name: "run-wide-open",
    stage: "life",
    show: async ({ page }) => {
      await page.getByRole("row", { name: /^200 ×/ }).click();
      await page.getByRole("row", { name: /^part-001/ }).waitFor();
    },
  },
  {
    name: "safe-start",
    stage: "life",
    show: async ({ goTo, host, page }) => {
      for (const _crash of [1, 2]) {
        await host.kill();
        await host.restart();
      }
      await goTo("/runs");
      await page.getByRole("button", { name: "Start the engine" }).waitFor();
    },
  },
];

export const scenes: readonly Scene[] = [...fixedHistory, ...firstStart, ...live, ...windowScenes];

function row(page: Page) {
  return page.locator('[role="grid"] [role="row"][aria-rowindex="2"]');
}

async function showRuns({ goTo, page }: SceneContext, path: string): Promise<void> {
  await goTo(path);
  await row(page).waitFor();
}

/** The newest run that the query finds. */
async function openRun(context: SceneContext, query: string): Promise<void> {
  await showRuns(context, `/runs?q=${encodeURIComponent(query)}`);
  const href = await row(context.page).getByRole("link").getAttribute("href");
  await context.goTo(href ?? "/runs");
  await context.page.getByRole("treegrid").waitFor();
}
