/**
 * Stock Chromium cannot have schemes of an app, so a page at app://handshake/x really stands at
 * https://handshake.app.electron-host.invalid/x. Only pages see the difference.
 */
const suffix = "electron-host.invalid";

const schemes = new Set<string>();

export function addVirtualScheme(scheme: string): void {
  schemes.add(scheme);
}

export function toRealUrl(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)(.*)$/i.exec(url);
  const [, scheme = "", authority = "", rest = ""] = match ?? [];
  if (!schemes.has(scheme)) return url;
  return `https://${authority}.${scheme}.${suffix}${rest === "" ? "/" : rest}`;
}

export function toAppUrl(url: string): string {
  const match = /^https:\/\/([^/]+)\.([a-z0-9+-]+)\.electron-host\.invalid(.*)$/i.exec(url);
  if (match === null) return url;
  const [, authority = "", scheme = "", rest = ""] = match;
  return `${scheme}://${authority}${rest}`;
}

/** The origin as the main process sees it: `app://handshake`, or `null` where there is none. */
export function appOriginOf(url: string): string {
  const { protocol, host } = new URL(url);
  if (schemes.has(protocol.slice(0, -1))) return `${protocol}//${host}`;
  return new URL(url).origin;
}
