import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** What lies between an engine and its server: a network that does what a test says. */
export interface TcpProxy {
  /** The same database, reached through the proxy. */
  readonly url: string;
  /** How long each packet is on its way, in each direction. */
  delayMs: number;
  /** True: connections are taken and nothing is passed on any more, in no direction. */
  isBlackHole: boolean;
  /** Cuts the connection at the next COMMIT of a client: before it arrives, or after the server did it. */
  cutAtCommit(when: CutMoment): Promise<void>;
  /** Cuts all connections; new ones are taken. */
  cutAll(): void;
  close(): Promise<void>;
}

export type CutMoment = "before" | "after";

/** The query `commit` and the answer to it, as the protocol writes them. */
const commitQuery = Buffer.from("Q\0\0\0\x0bcommit\0", "latin1");
const commitAnswer = Buffer.from("C\0\0\0\x0bCOMMIT\0", "latin1");

/** On a free port of loopback, in front of the server that `url` names. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url);
  const pairs = new Set<readonly Socket[]>();
  const cuts: { readonly when: CutMoment; readonly done: () => void }[] = [];
  const server = createServer(take).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String(address.port);

  const proxy: TcpProxy = {
    url: through.toString(),
    delayMs: 0,
    isBlackHole: false,
    cutAtCommit: (when) =>
      new Promise((resolve) => {
        cuts.push({ when, done: resolve });
      }),
    cutAll() {
      for (const pair of pairs) cut(pair);
    },
    async close() {
      proxy.cutAll();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;

  function take(client: Socket): void {
    const upstream = connect(Number(target.port), target.hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on("error", () => cut(pair));
      socket.on("close", () => cut(pair));
    }
    client.on("data", (chunk) => {
      const at = cuts[0]?.when === "before" ? chunk.indexOf(commitQuery) : -1;
      if (at === -1) return pass(upstream, chunk);
      // What came before the COMMIT is done, and then nobody ends the transaction.
      upstream.write(chunk.subarray(0, at), () => cut(pair));
      cuts.shift()?.done();
    });
    upstream.on("data", (chunk) => {
      if (cuts[0]?.when !== "after" || !chunk.includes(commitAnswer)) return pass(client, chunk);
      cut(pair);
      cuts.shift()?.done();
    });
  }

  function pass(to: Socket, chunk: Buffer): void {
    const send = (): void => {
      if (!proxy.isBlackHole && !to.destroyed) to.write(chunk);
    };
    if (proxy.delayMs === 0) send();
    else setTimeout(send, proxy.delayMs);
  }

  function cut(pair: readonly Socket[]): void {
    pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }
}
