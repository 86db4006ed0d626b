import { existsSync, readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { sessionPath, socketPath } from "../../app/contract/browser-session.ts";
import { test } from "../host/host-test.ts";
import { nonLoopbackSockets } from "../open-sockets.ts";
import { tags } from "../tags.ts";

test.describe("who may open it", { tag: tags.product }, () => {
  for (const [what, hashOf] of [
    ["used", (address: string) => new URL(address).hash],
    ["wrong", () => "#token=no-such-token"],
  ] as const) {
    test(`a ${what} token is refused, logged and said`, async ({ browserHost: host }) => {
      // What the browser says of the answer.
      host.expectError("401");
      await host.start();
      const { address, origin } = host.serving();
      const stranger = await host.strangeTab();
      await stranger.goto(`${origin}/${hashOf(address)}`);
      const bar = stranger.getByRole("alert");
      await expect(bar).toContainText("This tab is not signed in.");
      await expect(bar).toContainText("used already, or is wrong");
      expect(stranger.url()).not.toContain("token");
      await expect(stranger.getByRole("row")).toHaveCount(0);
      await expect.poll(() => logOf(host.folder.data)).toContain("A token was refused");
    });
  }

  test("a page of another origin gets no answer and no socket", async ({ browserHost: host }) => {
    host.expectError(/CORS|ERR_FAILED|WebSocket|403/);
    await host.start();
    const { origin } = host.serving();
    const foreign = createServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>Foreign</title>");
    });
    await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
    try {
      const bound = foreign.address();
      const port = typeof bound === "object" ? bound?.port : null;
      const page = await host.strangeTab();
      await page.goto(`http://127.0.0.1:${port}/`);
      const outcome = await page.evaluate(
        async ([address = "", session = "", socket = ""]) => {
          const read = await fetch(address).then(
            () => "read",
            () => "refused",
          );
          const posted = await fetch(session, { method: "POST", body: '{"token":"x"}' }).then(
            () => "read",
            () => "refused",
          );
          const heard = await new Promise<string>((resolve) => {
            const opening = new WebSocket(socket);
            opening.addEventListener("open", () => resolve("open"));
            opening.addEventListener("error", () => resolve("refused"));
          });
          return { read, posted, heard };
        },
        [origin, origin + sessionPath, origin.replace("http", "ws") + socketPath],
      );
      expect(outcome).toEqual({ read: "refused", posted: "refused", heard: "refused" });
      await expect.poll(() => logOf(host.folder.data)).toContain("refused with 403");
    } finally {
      await new Promise((resolve) => foreign.close(resolve));
    }
  });

  test("a name that was pointed here reaches nothing", async ({ browserHost: host }) => {
    await host.start();
    const { origin } = host.serving();
    const status = await new Promise((resolve, reject) => {
      const asked = request(origin, { headers: { host: "handshake.example" } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on("error", reject);
      asked.end();
    });
    expect(status).toBe(421);
    await expect.poll(() => logOf(host.folder.data)).toContain("refused with 421");
  });

  test("[P4] no path leads out of the folder of the screens", async ({ browserHost: host }) => {
    await host.start();
    const { origin } = host.serving();
    const { hostname, port } = new URL(origin);
    const ask = (path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        // A URL would be tidied up before it was sent.
        const asked = request({ hostname, port, path }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.on("error", reject);
        asked.end();
      });
    for (const path of [
      "/../package.json",
      "/..%2f..%2fpackage.json",
      "/%2e%2e/package.json",
      "/..%5cpackage.json",
      "/assets/..%2f..%2f..%2fpackage.json",
      "/%00.js",
    ]) {
      expect(await ask(path), path).toBe(404);
    }
  });

  test("[P1] it opens no socket beyond this machine", async ({ browserHost: host }) => {
    test.skip(process.platform !== "linux", "sockets are read from /proc");
    await host.start();
    const { pid } = host.serving();
    const seen = new Set<string>();
    for (const end = Date.now() + 1_500; Date.now() < end;) {
      for (const socket of nonLoopbackSockets(pid)) seen.add(socket);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect([...seen]).toEqual([]);
  });
});

/** Written a little later. */
function logOf(dataFolder: string): string {
  const file = join(dataFolder, "logs", "handshake.log");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
