import { expect } from "@playwright/test";
import { test } from "../host/host-test.ts";
import { tags } from "../tags.ts";

test.describe("data that answers slowly", { tag: tags.product }, () => {
  test("a list that takes longer than two seconds says so, until it is there", async ({
    browserHost: host,
  }) => {
    const page = await host.start();
    const held: (() => void)[] = [];
    await page.routeWebSocket(/\/socket$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const send = (): void => server.send(message);
        if (String(message).includes('"runs.list"')) held.push(send);
        else send();
      });
    });
    await page.reload();
    await expect(page.getByText("The data answers slowly")).toBeVisible();
    await expect.poll(() => held.length).toBeGreaterThan(0);
    for (const send of held) send();
    await expect(page.getByText("No runs yet")).toBeVisible();
    await expect(page.getByText("The data answers slowly")).toBeHidden();
  });
});
