import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";
import * as z from "zod";
import { startRun } from "./ask.ts";
import { test, type Desktop, type LaunchedApp } from "./desktop.ts";
import { longWorkflow } from "./fixtures/workflows.ts";
import { tags } from "./tags.ts";

const recoveryAtWindows = "recovery-at-windows.cjs";

const AtWindow = z.object({
  title: z.string(),
  stalled: z.number(),
  running: z.number(),
  events: z.array(z.looseObject({ to: z.string(), reason: z.string() })),
});

test.describe("start", { tag: tags.product }, () => {
  test("[S10] [R4] a run that was killed is stalled in the database before the window exists", async ({
    desktop,
  }) => {
    await killWhileRunning(desktop);
    const launched = await desktop.launch({ hooks: [recoveryAtWindows] });
    const page = await launched.page();
    await expect(page.locator("#runs li")).toHaveText(["A long thought: stalled"]);
    const seen = await seenAtWindows(launched);
    expect(seen.filter(({ title }) => title === "Handshake")).toEqual([
      {
        title: "Handshake",
        stalled: 1,
        running: 0,
        events: [expect.objectContaining({ to: "stalled", reason: "crash" })],
      },
    ]);
  });

  test("[S10] a mutant that opens the window first is seen by the same check", async ({
    desktop,
  }) => {
    await killWhileRunning(desktop);
    const launched = await desktop.launch({
      hooks: [recoveryAtWindows],
      main: windowFirstMutant(),
    });
    await launched.page();
    const [first] = await seenAtWindows(launched);
    expect(first).toMatchObject({ stalled: 0, running: 1, events: [] });
  });

  test("[R2] a start of more than a second shows what it does, and no run", async ({ desktop }) => {
    const launched = await desktop.launch({ hooks: ["slow-core.cjs"] });
    const startup = await launched.windowTitled("Handshake is starting");
    await expect(startup.getByRole("button", { name: "Quit" })).toBeVisible();
    expect(await startup.evaluate(() => "handshake" in globalThis)).toBe(false);
    await releaseCore(launched);
    await launched.page();
    await expect.poll(() => launched.app.windows().length).toBe(1);
  });

  test("[R2] Quit in the start-up window ends the app", async ({ desktop }) => {
    const launched = await desktop.launch({ hooks: ["slow-core.cjs"] });
    const startup = await launched.windowTitled("Handshake is starting");
    await startup.getByRole("button", { name: "Quit" }).click();
    // It waits for its core for some seconds only, and may be gone.
    await releaseCore(launched).catch(() => undefined);
    expect(await launched.ended()).toBe(0);
  });
});

/** hooks/slow-core.cjs */
function releaseCore({ app }: LaunchedApp): Promise<void> {
  return app.evaluate(() => (globalThis as unknown as { releaseCore(): void }).releaseCore());
}

async function killWhileRunning(desktop: Desktop): Promise<void> {
  const launched = await desktop.launch();
  const page = await launched.page();
  await startRun(page, longWorkflow);
  await expect(page.locator("#runs li")).toHaveText(["A long thought: running"]);
  await launched.kill();
}

async function seenAtWindows({ app }: LaunchedApp): Promise<z.infer<typeof AtWindow>[]> {
  const seen = await app.evaluate(
    () => (globalThis as { recoveryAtWindows?: unknown }).recoveryAtWindows,
  );
  return z.array(AtWindow).parse(seen);
}

/** The bundle with one change: the main window is opened before the core is started. */
function windowFirstMutant(): string {
  const bundle = fileURLToPath(new URL("../dist/main-for-specs/main.js", import.meta.url));
  const mutant = bundle.replace("main.js", "main-window-first.js");
  const before = "const starting = startSupervisor(";
  const text = readFileSync(bundle, "utf8");
  expect(text.split(before)).toHaveLength(2);
  // Whole at once: the same spec in another worker may just be starting it.
  const draft = `${mutant}.${process.pid}`;
  writeFileSync(draft, text.replace(before, `await prepared; showMainWindow(); ${before}`));
  renameSync(draft, mutant);
  return mutant;
}
