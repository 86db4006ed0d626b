import type { IncomingMessage } from "node:http";

/** What is wrong with where a request comes from; null when nothing is. */
export interface OriginRefusal {
  /** 421: it was meant for another host, such as a name that was made to point here. 403: another page. */
  readonly status: 421 | 403;
  readonly message: string;
}

/**
 * Every local process and every page in a browser can reach a loopback port. A page on the internet is
 * told apart by its Origin, a name that resolves to this machine by the Host. What changes something
 * must name its origin.
 */
export function refuseOrigin(
  request: IncomingMessage,
  { port, needsOrigin }: { readonly port: number; readonly needsOrigin: boolean },
): OriginRefusal | null {
  const { host, origin } = request.headers;
  if (host === undefined || !hostsOf(port).includes(host)) {
    return { status: 421, message: "This address belongs to another host." };
  }
  if (origin === undefined && !needsOrigin) return null;
  if (origin === `http://${host}`) return null;
  return { status: 403, message: "Only Handshake's own page may ask for this." };
}

function hostsOf(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}
