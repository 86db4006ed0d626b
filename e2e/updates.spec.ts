import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { ask } from "./ask.ts";
import { productBundle, test as base, type Desktop } from "./desktop.ts";
import { tags } from "./tags.ts";

/** A feed on this machine that writes down what it is asked. */
interface Feed {
  readonly host: string;
  readonly asked: IncomingMessage[];
  /** The file that a release puts beside the archive. */
  readonly config: string;
}

const test = base.extend<{ feed: Feed }>({
  feed: async ({ desktop }, use) => {
    const asked: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      asked.push(request);
      response.end(latest);
    });
    const port = await listen(server);
    const config = join(desktop.dataFolder, "app-update.yml");
    writeFileSync(config, `provider: generic\nurl: http://127.0.0.1:${port}/\n`);
    await use({ host: `127.0.0.1:${port}`, asked, config });
    server.close();
    server.closeAllConnections();
  },
});

// What electron-builder writes for a release, and what scripts/package.ts adds: the format of the data.
const latest = `version: 99.0.0
files:
  - url: handshake.deb
    sha512: AAAA
    size: 1
path: handshake.deb
sha512: AAAA
releaseDate: '2026-11-25T00:00:00.000Z'
vendor:
  schemaVersion: 99
`;

test.describe("updates", { tag: tags.product }, () => {
  test("[P1] a first start asks nobody, and asks the person first; No is kept", async ({
    desktop,
    feed,
  }) => {
    const first = await launchWith(desktop, feed);
    const question = `Handshake would ask ${feed.host}`;
    await expect(first.page.getByText(question)).toBeVisible();
    await first.page.getByRole("button", { name: "No", exact: true }).click();
    await expect(first.page.getByText(question)).toBeHidden();
    await first.kill();
    const again = await launchWith(desktop, feed);
    // Asked of the core after the settings were: what is to be shown is shown by now.
    await ask(again.page, "settings.get", {});
    await expect(again.page.getByText(question)).toBeHidden();
    expect(feed.asked).toEqual([]);
  });

  test("allowed, it looks, names the version, its data format and the way back", async ({
    desktop,
    feed,
  }) => {
    const { page } = await launchWith(desktop, feed);
    await page.getByRole("button", { name: "Look once a day" }).click();
    await expect(page.getByText("Version 99.0.0 is there.")).toBeVisible();
    await expect(page.getByText(/It changes the format of your data \(\d+ → 99\)/)).toBeVisible();
    // Linux packages are not signed: nothing is offered that would replace this one.
    await expect(page.getByText("On Linux Handshake does not replace itself")).toBeVisible();
    await expect(page.getByRole("button", { name: "Download" })).toHaveCount(0);
    const settings: unknown = JSON.parse(
      readFileSync(join(desktop.dataFolder, "settings.json"), "utf8"),
    );
    expect(settings).toMatchObject({ checkForUpdates: "yes" });
    expect(feed.asked).toHaveLength(1);
    // Nothing in the question tells this machine from another.
    expect(feed.asked[0]?.headers).toMatchObject({
      "x-user-staging-id": "00000000-0000-4000-8000-000000000000",
      "user-agent": "electron-builder",
    });
    expect(feed.asked[0]?.headers["cookie"]).toBeUndefined();
  });

  test("in the settings a person looks once, without allowing more", async ({ desktop, feed }) => {
    const { page } = await launchWith(desktop, feed);
    await page.getByRole("button", { name: "No", exact: true }).click();
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("link", { name: "Updates" }).click();
    await expect(page.getByText("Nobody has looked since the start.")).toBeVisible();
    await page.getByRole("button", { name: "Look now" }).click();
    await expect(
      page.getByRole("status").getByText("Version 99.0.0 is there.").first(),
    ).toBeVisible();
    await expect(page.getByLabel("Look for new versions")).toHaveValue("no");
  });

  test("a build without a feed says so, and never asks", async ({ desktop }) => {
    const { page: find } = await desktop.launch({ main: productBundle });
    const page = await find();
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("link", { name: "Updates" }).click();
    await expect(page.getByText("This is a development build")).toBeVisible();
    await expect(page.getByRole("button", { name: "Look once a day" })).toHaveCount(0);
  });
});

async function launchWith(
  desktop: Desktop,
  feed: Feed,
): Promise<{ readonly page: Page; readonly kill: () => Promise<void> }> {
  const launched = await desktop.launch({
    main: productBundle,
    env: { HANDSHAKE_UPDATE_CONFIG: feed.config },
  });
  return { page: await launched.page(), kill: launched.kill };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("It listens on a port.");
  return address.port;
}
