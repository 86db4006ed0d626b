import type { Socket } from "node:net";
import { startProxyServer, type Pair, type ProxyServer } from "./proxy-server.ts";

/** What lies between an engine and its server: a network that does what a test says. */
export interface TcpProxy extends ProxyServer {
  /** How long each packet is on its way, in each direction. */
  delayMs: number;
  /** True: connections are taken and nothing is passed on any more, in no direction. */
  isBlackHole: boolean;
  /** Cuts the connection at the next COMMIT of a client: before it arrives, or after the server did it. */
  cutAtCommit(when: CutMoment): Promise<void>;
}

export type CutMoment = "before" | "after";

/** The query `commit` and the answer to it, as the protocol writes them. */
const commitQuery = Buffer.from("Q\0\0\0\x0bcommit\0", "latin1");
const commitAnswer = Buffer.from("C\0\0\0\x0bCOMMIT\0", "latin1");

/** On a free port of loopback, in front of the server that `url` names. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  const cuts: { readonly when: CutMoment; readonly done: () => void }[] = [];
  const proxy: TcpProxy = {
    ...(await startProxyServer(url, take)),
    delayMs: 0,
    isBlackHole: false,
    cutAtCommit: (when) =>
      new Promise((resolve) => {
        cuts.push({ when, done: resolve });
      }),
  };
  return proxy;

  function take({ client, upstream, cut }: Pair): void {
    client.on("data", (chunk) => {
      const at = cuts[0]?.when === "before" ? chunk.indexOf(commitQuery) : -1;
      if (at === -1) return pass(upstream, chunk);
      // What came before the COMMIT is done, and then nobody ends the transaction.
      upstream.write(chunk.subarray(0, at), () => cut());
      cuts.shift()?.done();
    });
    upstream.on("data", (chunk) => {
      if (cuts[0]?.when !== "after" || !chunk.includes(commitAnswer)) return pass(client, chunk);
      cut();
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
}
