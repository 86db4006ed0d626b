import { expect } from "@playwright/test";
import { holdAnswers } from "../held-answers.ts";
import { startRun } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { tags } from "../tags.ts";
import { recoveryPanel, runHeader, runRow } from "./screens.ts";
import {
  falselyShown,
  shownStatuses,
  watchShownStatuses,
  wasRunning,
  wordsOf,
} from "./shown-statuses.ts";
import { cutOffThought } from "./workflows.ts";

const title = "A cut-off thought";

test.describe(
  "a resume after a kill shows in no frame what was not committed",
  {
    tag: tags.product,
  },
  () => {
    for (const place of ["list", "run's page"] as const) {
      test(`[U1] [U2] [X3] on the ${place}`, async ({ host }) => {
        const held = await holdAnswers();
        try {
          let page = await host.start();
          await startRun(host, cutOffThought(held.origin));
          await expect.poll(held.asked).toBe(1);
          await host.kill();
          page = await host.start();
          await expect(recoveryPanel(page)).toContainText("Will run again: think");
          await watchShownStatuses(page);
          // An open tab says what was last known to run, until it hears the engine.
          await expect(runRow(page, title)).toContainText("Stalled");
          await expect(page.getByRole("button", { name: "1 Stalled" })).toBeVisible();
          if (place === "run's page") {
            await runRow(page, title).getByRole("link").click();
            await expect(runHeader(page, title).getByText("Stalled")).toBeVisible();
          }
          await page.keyboard.press("ControlOrMeta+Enter");
          const shownIn = place === "list" ? runRow(page, title) : runHeader(page, title);
          await expect(shownIn).toContainText("Running");
          held.release();
          await expect(shownIn).toContainText("Completed");

          const shown = await shownStatuses(page);
          expect(falselyShown(shown, readHistory(host.folder.data).events)).toEqual([]);
          const watched = place === "list" ? (["row", "strip"] as const) : (["header"] as const);
          for (const one of watched) {
            const words = wordsOf(shown, one).filter((word) => word !== wasRunning);
            expect([words[0], words.at(-1)], one).toEqual(["Stalled", "Completed"]);
            expect(words, one).toContain("Running");
          }
        } finally {
          held.close();
        }
      });
    }
  },
);
