import { createServer, request, type IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDevScreens, type DevScreens } from "./dev-screens.ts";

let screens: DevScreens;
/** What reached the core, in order. */
const reached: (string | undefined)[] = [];
const core = createServer((asked, response) => {
  reached.push(asked.headers.origin);
  response.end("{}");
});
core.on("upgrade", (asked, socket) => {
  reached.push(asked.headers.origin);
  socket.end(
    "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
  );
});

beforeAll(async () => {
  core.listen(0, "127.0.0.1");
  await once(core, "listening");
  screens = await startDevScreens({ corePort: corePort() });
});
afterAll(async () => {
  await screens.close();
  core.close();
});

test("the page comes with the development policy, and the shipped one is left alone", async () => {
  const page = await ask({ path: "/", headers: {} });
  expect(page.status).toBe(200);
  expect(page.headers["content-security-policy"]).toContain("script-src 'self' 'unsafe-inline'");
});

test("only its own page reaches the core, as the core's own page would", async () => {
  const own = `http://127.0.0.1:${screens.port}`;
  const upgrade = { connection: "upgrade", upgrade: "websocket" };
  const session = { path: "/session", method: "POST" };
  expect(await ask({ ...session, headers: { origin: own } })).toMatchObject({ status: 200 });
  expect(await ask({ ...session, headers: { origin: "https://evil.example" } })).toMatchObject({
    status: 403,
  });
  expect(await ask({ ...session, headers: {} })).toMatchObject({ status: 403 });
  expect(await ask({ path: "/socket", headers: { ...upgrade, origin: own } })).toMatchObject({
    status: 101,
  });
  expect(
    await ask({ path: "/socket", headers: { ...upgrade, origin: "https://evil.example" } }),
  ).toMatchObject({ status: 0 });
  const coreOrigin = `http://127.0.0.1:${corePort()}`;
  expect(reached).toEqual([coreOrigin, coreOrigin]);
});

function corePort(): number {
  const address = core.address();
  if (typeof address !== "object" || address === null)
    throw new Error("The core is not listening.");
  return address.port;
}

/** Status 0: hung up on. */
function ask(options: {
  readonly path: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
}): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders }> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port: screens.port, ...options });
    asked.on("response", (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    asked.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    asked.on("error", () => resolve({ status: 0, headers: {} }));
    asked.end();
  });
}
