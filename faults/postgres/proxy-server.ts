import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A connection of a client, and the one to the server that belongs to it. They end together. */
export interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly cut: () => void;
}

/** Something that lies between clients and a server. */
export interface ProxyServer {
  /** The same database, reached through it. */
  readonly url: string;
  /** Cuts all connections; new ones are taken. */
  cutAll(): void;
  close(): Promise<void>;
}

/** On a free port of loopback, in front of the server that `url` names. `take` passes on what a pair gets. */
export async function startProxyServer(
  url: string,
  take: (pair: Pair) => void,
): Promise<ProxyServer> {
  const target = new URL(url);
  const pairs = new Set<Pair>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const cut = (): void => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    const pair: Pair = { client, upstream, cut };
    pairs.add(pair);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on("error", cut);
      socket.on("close", cut);
    }
    take(pair);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String(address.port);

  function cutAll(): void {
    for (const pair of pairs) pair.cut();
  }

  return {
    url: through.toString(),
    cutAll,
    async close() {
      cutAll();
      server.close();
      await once(server, "close");
    },
  };
}
