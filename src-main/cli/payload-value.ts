import { parseJson, type JsonValue } from "../../app/model/json.ts";
import type { PayloadSlot, Storage } from "../../app/storage/storage.ts";

/** A stored payload as a value; null when there is none. */
export async function getValue(storage: Storage, slot: PayloadSlot): Promise<JsonValue> {
  const payload = await storage.getPayload(slot);
  return payload === null ? null : parseJson(payload.text);
}
