import { BlockList, isIPv4, isIPv6 } from "node:net";

/**
 * Whether an IP address is on the public internet, as IANA's special-purpose registries (RFC 6890)
 * have it. Loopback, link-local, private, unique-local, CGNAT, multicast, documentation and reserved
 * addresses are not, nor an IPv6 address that wraps such an IPv4 one. Anything unreadable is not.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !specialIPv4.check(address, "ipv4");
  if (!isIPv6(address) || address.includes("%")) return false;
  const wrapped = wrappedIPv4(address);
  if (wrapped !== null) return isPublicAddress(wrapped);
  return globalIPv6.check(address, "ipv6") && !specialIPv6.check(address, "ipv6");
}

/** 127.0.0.0/8, ::1, and both written the other way. */
export function isLoopbackAddress(address: string): boolean {
  if (isIPv4(address)) return loopback.check(address, "ipv4");
  if (!isIPv6(address)) return false;
  const wrapped = wrappedIPv4(address);
  return wrapped === null ? loopback.check(address, "ipv6") : isLoopbackAddress(wrapped);
}

const specialIPv4 = blockList("ipv4", [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
]);

// All else in IPv6 is loopback, unique-local, link-local, multicast or not given out.
const globalIPv6 = blockList("ipv6", [["2000::", 3]]);

// Protocol assignments with Teredo, documentation, 6to4, documentation, SRv6 inside 2000::/3.
const specialIPv6 = blockList("ipv6", [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
]);

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function blockList(
  family: "ipv4" | "ipv6",
  subnets: readonly (readonly [string, number])[],
): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}

/** The IPv4 address in an IPv4-mapped (::ffff:0:0/96) or NAT64 (64:ff9b::/96) one, else null. */
function wrappedIPv4(address: string): string | null {
  // The URL parser writes IPv6 addresses in one way, the last 32 bits as two groups of hex digits.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const match = /^(?:::ffff:|64:ff9b::)(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/.exec(canonical);
  if (match === null) return null;
  const [high, low] = [match[1] ?? "0", match[2] ?? "0"].map((group) => Number.parseInt(group, 16));
  if (high === undefined || low === undefined) return null;
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
