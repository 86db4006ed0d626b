import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { HandlerError } from "../../app/engine/handler-error.ts";
import { isLoopbackAddress, isPublicAddress } from "./private-address.ts";

export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of a name. Throws when there are none. */
export type LookupHost = (hostname: string) => Promise<readonly HostAddress[]>;

/** As the operating system resolves names. */
export const lookupHost: LookupHost = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: "verbatim" });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

/**
 * The addresses that may be connected to for `url`: its origin must be granted, and whatever is not on
 * the public internet must be granted by that very address (or as `localhost`). The name is resolved
 * here, once; connect to the result and do not resolve again (DNS rebinding).
 */
export async function checkAddresses(options: {
  readonly url: URL;
  readonly lookupHost: LookupHost;
  readonly requireCapability: (capability: string) => Promise<void>;
}): Promise<readonly HostAddress[]> {
  const { url, requireCapability } = options;
  await requireCapability(`net:${url.origin}`);

  const literal = url.hostname.replace(/^\[|\]$/g, "");
  const family = isIP(literal);
  // The grant has the address itself in it.
  if (family !== 0) return [{ address: literal, family: family === 6 ? 6 : 4 }];

  const addresses = await resolve(url.hostname, options.lookupHost);
  const isNamed = ({ address }: HostAddress) =>
    isPublicAddress(address) || (isLocalhost(url.hostname) && isLoopbackAddress(address));
  for (const host of addresses.filter((one) => !isNamed(one))) {
    await requireAddress(url, host, requireCapability);
  }
  return addresses;
}

async function resolve(hostname: string, lookupAll: LookupHost): Promise<readonly HostAddress[]> {
  try {
    return await lookupAll(hostname);
  } catch (cause) {
    throw new HandlerError(
      "HTTP_DNS",
      `The name ${hostname} could not be resolved to an address.`,
      {
        effectNotStarted: true,
        cause,
      },
    );
  }
}

async function requireAddress(
  url: URL,
  host: HostAddress,
  requireCapability: (capability: string) => Promise<void>,
): Promise<void> {
  const literal = host.family === 6 ? `[${host.address}]` : host.address;
  const port = url.port === "" ? "" : `:${url.port}`;
  const capability = `net:${new URL(`${url.protocol}//${literal}${port}`).origin}`;
  try {
    await requireCapability(capability);
  } catch (cause) {
    if (!isDenied(cause)) throw cause;
    throw new HandlerError(
      "ADDRESS_REFUSED",
      `${url.hostname} leads to ${host.address}, which is not a public address. ` +
        `If that is meant, allow ${capability} too.`,
      { retryable: false, effectNotStarted: true, cause },
    );
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "CAPABILITY_DENIED";
}

/** RFC 6761: these names mean this machine and nothing else. */
function isLocalhost(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost");
}
