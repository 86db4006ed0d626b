import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Locator, type Page } from "@playwright/test";
import * as z from "zod";
import { startRun, type Host } from "../host/host.ts";
import { test } from "../host/host-test.ts";
import { readHistory } from "../read-database.ts";
import { tags } from "../tags.ts";
import { goTo, runHeader, runRow } from "./screens.ts";
import { program, request } from "./workflows.ts";

const Printed = z.object({ stdout: z.string() });
const secretHeaders = { authorization: "Bearer planted", "x-api-key": "planted" };

test.describe("what a step reaches", { tag: tags.product }, () => {
  test("[P2] no host that was not allowed: by a redirect, by a name that leads inside, nor with another one's credentials", async ({
    host,
  }) => {
    const page = await host.start(["made-up-names.cjs"]);
    const second = await listen(() => null);
    const first = await listen(() => `${second.origin}/landed`);
    try {
      await startRun(host, request("A redirect", first.origin, { grants: [first.origin] }));
      const redirected = await errorOf(page, "A redirect");
      await expect(redirected).toContainText("CAPABILITY_DENIED");
      await expect(redirected).toContainText(`net:${second.origin}`);

      const inside = `http://inside.test:${second.port}`;
      await startRun(host, request("A name", inside, { grants: [inside] }));
      const named = await errorOf(page, "A name");
      await expect(named).toContainText("ADDRESS_REFUSED");
      await expect(named).toContainText("inside.test leads to 127.0.0.1");
      expect(second.seen).toEqual([]);

      // Named in full it is allowed. The name is asked once: what was checked is what is connected to.
      const turning = `http://turning.test:${first.port}`;
      const grants = [turning, first.origin, second.origin];
      await startRun(host, request("Allowed", turning, { grants, headers: secretHeaders }));
      await open(page, "Allowed");
      await expect(runHeader(page, "Allowed").getByText("Completed")).toBeVisible();
      expect(first.seen.at(-1)).toMatchObject(secretHeaders);
      expect(second.seen).toHaveLength(1);
      for (const name of Object.keys(secretHeaders))
        expect(second.seen[0]).not.toHaveProperty(name);
    } finally {
      first.close();
      second.close();
    }
  });

  test("[P3] a program sees five variables and those of its step, and no shell reads its arguments", async ({
    host,
  }) => {
    process.env["PLANTED"] = "for the app, which hands it to nobody";
    const page = await host.start();
    await startRun(host, program("Variables", { command: "env", env: { DECLARED: "yes" } }));
    await open(page, "Variables");
    await expect(runHeader(page, "Variables").getByText("Completed")).toBeVisible();
    await page.getByRole("treegrid").getByRole("row").first().click();
    const inspector = page.getByRole("complementary");
    await inspector.getByRole("tab", { name: "Output" }).click();
    await expect(inspector).toContainText("DECLARED=yes");
    const known = ["PATH", "HOME", "LANG", "TEMP", "TMP", "TMPDIR"];
    // A gate's shell sets its own before it becomes the program.
    const ofTheGate = ["PWD", "OLDPWD", "SHLVL", "_"];
    const names = printed(host)
      .trim()
      .split("\n")
      .map((line) => line.split("=")[0] ?? "");
    expect(names).toContain("PATH");
    expect(names.filter((name) => ![...known, ...ofTheGate].includes(name))).toEqual(["DECLARED"]);

    await goTo(page, "Runs");
    const args = ["$HOME", "&&", "`id`", ";", "*"];
    await startRun(host, program("Arguments", { command: "echo", args }));
    await expect(runRow(page, "Arguments")).toContainText("Completed");
    expect(printed(host)).toBe(`${args.join(" ")}\n`);
  });
});

/** What the newest run's program wrote. */
function printed({ folder }: Host): string {
  return Printed.parse(readHistory(folder.data).output).stdout;
}

async function open(page: Page, title: string): Promise<void> {
  await goTo(page, "Runs");
  await runRow(page, title).getByRole("link").click();
}

/** Why a run failed, as its page says it. */
async function errorOf(page: Page, title: string): Promise<Locator> {
  await goTo(page, "Runs");
  await expect(runRow(page, title)).toContainText("Failed");
  await open(page, title);
  await expect(runHeader(page, title)).toBeVisible();
  return page.getByRole("complementary").getByRole("tabpanel");
}

/** A server on loopback that sends everybody on, or answers. */
async function listen(next: () => string | null): Promise<{
  readonly origin: string;
  readonly port: number;
  readonly seen: IncomingHttpHeaders[];
  readonly close: () => void;
}> {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer(({ headers }, response) => {
    seen.push(headers);
    const location = next();
    if (location === null) response.end("landed");
    else response.writeHead(302, { location }).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    seen,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
