import { startProxyServer, type Pair, type ProxyServer } from "./proxy-server.ts";

/** Lies before a server as a pooler does that was told to ignore the startup parameter `options`. */
export interface PoolerProxy extends ProxyServer {
  /** True: names another process than the server does, as every pooler must. */
  namesOwnPids: boolean;
  /** True: what is told to a session that asks nothing reaches nobody, as in transaction mode. */
  losesNotices: boolean;
}

const backendKeyData = "K".charCodeAt(0);
const notification = "A".charCodeAt(0);

/** On a free port of loopback, in front of the server that `url` names. */
export async function startPoolerProxy(url: string): Promise<PoolerProxy> {
  const proxy: PoolerProxy = {
    ...(await startProxyServer(url, take)),
    namesOwnPids: false,
    losesNotices: false,
  };
  return proxy;

  function take({ client, upstream }: Pair): void {
    client.once("data", (startup) => {
      upstream.write(withoutOptions(startup));
      client.pipe(upstream);
    });
    let rest: Buffer = Buffer.alloc(0);
    upstream.on("data", (chunk) => {
      const { messages, left } = messagesOf(Buffer.concat([rest, chunk]));
      rest = left;
      for (const message of messages) {
        if (message[0] === notification && proxy.losesNotices) continue;
        if (message[0] === backendKeyData && proxy.namesOwnPids) message.writeInt32BE(1, 5);
        client.write(message);
      }
    });
  }
}

/** The startup message is its length, a version, and names and values that end in zeros. */
function withoutOptions(startup: Buffer): Buffer {
  const words = startup.toString("latin1", 8).split("\0").slice(0, -2);
  const kept: string[] = [];
  for (let at = 0; at + 1 < words.length; at += 2)
    if (words[at] !== "options") kept.push(words[at] ?? "", words[at + 1] ?? "");
  const body = Buffer.from(`${kept.map((word) => `${word}\0`).join("")}\0`, "latin1");
  const head = Buffer.from(startup.subarray(0, 8));
  head.writeInt32BE(8 + body.length);
  return Buffer.concat([head, body]);
}

/** A message of the server is its kind, and its length without the kind. */
function messagesOf(bytes: Buffer): {
  readonly messages: readonly Buffer[];
  readonly left: Buffer;
} {
  const messages: Buffer[] = [];
  let from = 0;
  while (from + 5 <= bytes.length) {
    const end = from + 1 + bytes.readInt32BE(from + 1);
    if (end > bytes.length) break;
    messages.push(bytes.subarray(from, end));
    from = end;
  }
  return { messages, left: bytes.subarray(from) };
}
