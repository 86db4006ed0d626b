import { request as requestHttp, type ClientRequest, type IncomingMessage } from "node:http";
import { notImplemented, requireKnown, strict } from "./not-implemented.ts";
import { StrictEmitter } from "./strict-emitter.ts";

interface NetRequestOptions {
  readonly protocol?: string;
  readonly hostname?: string;
  readonly port?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly redirect?: "manual" | "follow" | "error";
  readonly session?: object;
}

const known = new Set([
  "protocol",
  "hostname",
  "port",
  "path",
  "method",
  "headers",
  "redirect",
  "session",
]);
// `socket` is Node's alone: in Electron nobody is told either.
const events = [
  "response",
  "error",
  "abort",
  "aborted",
  "close",
  "finish",
  "login",
  "redirect",
  "socket",
];

/** A request of the main process, to this machine only: a test reaches for no network. */
class NetRequest extends StrictEmitter {
  private readonly request: ClientRequest;

  constructor(options: NetRequestOptions) {
    super("net.request", events);
    const { protocol, hostname, port, path, method, headers } = options;
    if (protocol !== "http:" || hostname !== "127.0.0.1") {
      notImplemented(`net.request to ${protocol}//${hostname}`);
    }
    this.request = requestHttp({ hostname, port, path, method, headers: { ...headers } });
    this.request.on("response", (response: IncomingMessage) => this.emit("response", response));
    this.request.on("error", (error) => this.emit("error", error));
    this.request.on("close", () => this.emit("close"));
  }

  end(): void {
    this.request.end();
  }

  abort(): void {
    this.request.destroy();
    this.emit("abort");
  }
}

export const net = strict("net", {
  request(options: NetRequestOptions): NetRequest {
    requireKnown("net.request", options, known);
    return strict("net.request()", new NetRequest(options));
  },
});
