import { expect } from "@playwright/test";
import { startRun } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { tags } from "../tags.ts";
import { runRow } from "./screens.ts";
import { longThought } from "./workflows.ts";

test.describe("the timeline", { tag: tags.product }, () => {
  test("[U1] says in words how long a step has worked, as the bar grows", async ({ host }) => {
    const page = await host.start();
    await startRun(host, longThought);
    await runRow(page, "A long thought").getByRole("link").click();
    const steps = page.getByRole("treegrid", { name: "Steps of the run" });
    const working = steps.getByRole("row", { name: /^think Running/ });
    const ended = steps.getByRole("row", { name: /^begin Completed/ });
    const [first = "", once = ""] = [await working.textContent(), await ended.textContent()].map(
      String,
    );
    await expect(working).not.toHaveText(first);
    await expect(ended).toHaveText(once);
  });
});
