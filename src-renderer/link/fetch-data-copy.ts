import {
  dataCopyPath,
  sessionKeyName,
  SessionRefusal,
} from "../../app/contract/browser-session.ts";
import type { DataCopy } from "./link.ts";

/** Browser mode: the data that the engine left, read by who is signed in. */
export async function fetchDataCopy(): Promise<DataCopy> {
  const key = window.localStorage.getItem(sessionKeyName) ?? "";
  try {
    const answer = await fetch(dataCopyPath, { headers: { authorization: `Bearer ${key}` } });
    if (answer.ok) return { ok: true, content: await answer.blob() };
    return { ok: false, message: SessionRefusal.parse(await answer.json()).message };
  } catch {
    // The network's own words say nothing that a person could use.
    return { ok: false, message: null };
  }
}
