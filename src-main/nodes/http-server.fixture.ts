import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect } from "vitest";
import type { JsonObject } from "../../app/model/json.ts";
import type { LookupHost } from "./checked-address.ts";
import { httpRequest } from "./http-request.ts";
import { fakeNodeContext } from "./node-context.fixture.ts";

// Servers on loopback for the tests of one file; they end with each test.

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Until the next test nobody answers at the servers' ports. */
export async function closeServers(): Promise<void> {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
}

export async function serve(
  listener: (...args: Parameters<RequestListener>) => unknown,
): Promise<{ origin: string; port: number; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  });
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, seen };
}

export function send(
  input: JsonObject,
  options: { grants?: string[]; lookupHost?: LookupHost; signal?: AbortSignal } = {},
) {
  const origin = typeof input["url"] === "string" ? new URL(input["url"]).origin : "";
  const context = fakeNodeContext({ grants: [`net:${origin}`], ...options });
  const node = httpRequest(
    options.lookupHost === undefined ? {} : { lookupHost: options.lookupHost },
  );
  return { context, output: Promise.resolve(node.execute(input, context)) };
}

export async function closed(request: IncomingMessage | undefined): Promise<void> {
  if (request === undefined) expect.unreachable("no request arrived");
  const { socket } = request;
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
}

export function loopbackFor(known: string): LookupHost {
  return (hostname) => {
    if (hostname !== known && hostname !== "localhost")
      return Promise.reject(new Error(`no such name: ${hostname}`));
    return Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
  };
}
