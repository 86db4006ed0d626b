import {
  SessionGrant,
  sessionKeyName,
  sessionPath,
  SessionRefusal,
} from "../../app/contract/browser-session.ts";

/**
 * The key of this tab's session, or null. The address that was printed ends in `#token=…`; it is
 * exchanged once for a key, which localStorage keeps: it is bound to the port, a cookie would not be.
 */
export async function requireSessionKey(): Promise<string | null> {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  if (token !== null) {
    // Out of the address bar at once: it must not be copied or bookmarked.
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    const key = await exchange(token);
    if (key !== null) window.localStorage.setItem(sessionKeyName, key);
  }
  return window.localStorage.getItem(sessionKeyName);
}

export function forgetSessionKey(): void {
  window.localStorage.removeItem(sessionKeyName);
}

async function exchange(token: string): Promise<string | null> {
  const answer = await fetch(sessionPath, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const body: unknown = await answer.json();
  if (answer.ok) return SessionGrant.parse(body).key;
  // A used token is ordinary: the page was reloaded. The key that it gave may still be good.
  SessionRefusal.parse(body);
  return null;
}
