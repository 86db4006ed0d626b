import type { Protocol } from "devtools-protocol";
import type { Cdp } from "./cdp.ts";
import { permissionHandlers } from "./session.ts";
import { toAppUrl } from "./virtual-schemes.ts";

/** What Electron calls a permission, and what Chromium calls it. */
const names: Readonly<Record<string, string>> = {
  geolocation: "geolocation",
  notifications: "notifications",
  media: "camera",
  midi: "midi",
  "clipboard-read": "clipboard-read",
  "idle-detection": "idle-detection",
  "storage-access": "storage-access",
};

/**
 * The app's own handlers decide, before the origin's first document: their verdict becomes Chromium's.
 * A real Electron asks them each time; the verdict of handlers that never change is the same.
 */
export async function applyPermissions(
  cdp: Cdp,
  contents: object,
  realOrigin: string,
): Promise<void> {
  for (const [permission, name] of Object.entries(names)) {
    const isGranted = await isAllowed(contents, permission, toAppUrl(`${realOrigin}/`));
    const setting: Protocol.Browser.PermissionSetting = isGranted ? "granted" : "denied";
    await cdp.browser.send("Browser.setPermission", {
      permission: { name },
      setting,
      origin: realOrigin,
    });
  }
}

async function isAllowed(
  contents: object,
  permission: string,
  requestingUrl: string,
): Promise<boolean> {
  const { request, check } = permissionHandlers;
  const details = { isMainFrame: true, requestingUrl };
  const isChecked = check?.(contents, permission, requestingUrl, details) ?? true;
  if (request === null) return isChecked;
  const isRequested = await new Promise<boolean>((resolve) => {
    request(contents, permission, resolve, details);
  });
  return isChecked && isRequested;
}
