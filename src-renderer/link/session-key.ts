import {
  SessionGrant,
  sessionKeyName,
  sessionPath,
  SessionRefusal,
} from "../../app/contract/browser-session.ts";

/** The key of this tab's session; without one, why: null where nobody ever signed in. */
export type SessionKey =
  | { readonly key: string }
  | { readonly key: null; readonly refusal: string | null };

/**
 * The address that was printed ends in `#token=…`; it is exchanged once for a key, which localStorage
 * keeps: it is bound to the port, a cookie would not be.
 */
export async function findSessionKey(): Promise<SessionKey> {
  let refusal: string | null = null;
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  if (token !== null) {
    // Out of the address bar at once: it must not be copied or bookmarked.
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    const granted = await exchange(token);
    if (granted.key === null) ({ refusal } = granted);
    else window.localStorage.setItem(sessionKeyName, granted.key);
  }
  const key = window.localStorage.getItem(sessionKeyName);
  return key === null ? { key, refusal } : { key };
}

export function forgetSessionKey(): void {
  window.localStorage.removeItem(sessionKeyName);
}

async function exchange(token: string): Promise<SessionKey> {
  const answer = await fetch(sessionPath, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const body: unknown = await answer.json();
  if (answer.ok) return { key: SessionGrant.parse(body).key };
  // A used token is ordinary: the page was reloaded. The key that it gave may still be good.
  return { key: null, refusal: SessionRefusal.parse(body).message };
}
