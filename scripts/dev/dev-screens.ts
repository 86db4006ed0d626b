import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { createServer, type Plugin } from "vite";
import { sessionPath, socketPath } from "../../app/contract/browser-session.ts";

export interface DevScreens {
  readonly port: number;
  close(): Promise<void>;
}

const host = "127.0.0.1";

/**
 * Hot reload needs inline scripts, inline styles and a socket of its own. This is for development alone:
 * what is shipped, every spec and every screenshot runs under the policy of ui.md §16.
 */
const developmentPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Vite's server for the screens; it hands sessions and the socket on to the core. */
export async function startDevScreens({
  corePort,
}: {
  readonly corePort: number;
}): Promise<DevScreens> {
  const core = `http://${host}:${corePort}`;
  // The core lets only its own page in: this server stands for it, and checks who asks (below).
  const toCore = { target: core, changeOrigin: true, headers: { origin: core } };
  const server = await createServer({
    configFile: fileURLToPath(new URL("../../renderer.vite.config.ts", import.meta.url)),
    plugins: [refuseStrangers()],
    clearScreen: false,
    logLevel: "warn",
    server: {
      host,
      headers: { "content-security-policy": developmentPolicy },
      proxy: { [sessionPath]: toCore, [socketPath]: { ...toCore, ws: true } },
    },
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (typeof address !== "object" || address === null) {
    await server.close();
    throw new Error("Vite's server listens on no port.");
  }
  return { port: address.port, close: () => server.close() };
}

/** What reaches the core through here would pass for its own page: only this server's page may ask. */
function refuseStrangers(): Plugin {
  return {
    name: "handshake-refuse-strangers",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (isOwn(request)) return next();
        response.writeHead(403).end();
      });
      server.httpServer?.prependListener("upgrade", (request: IncomingMessage, socket: Duplex) => {
        if (!isOwn(request)) socket.destroy();
      });
    },
  };
}

/** A request without an origin only reads; what changes something names one (request-origin.ts). */
function isOwn({ headers, method }: IncomingMessage): boolean {
  const isHere = headers.host?.startsWith(`${host}:`) === true;
  const isRead = method === "GET" && headers.upgrade === undefined;
  const { origin } = headers;
  return isHere && (origin === undefined ? isRead : origin === `http://${headers.host ?? ""}`);
}
