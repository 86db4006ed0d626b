import type { Payload } from "../../../app/model/json.ts";

/** Above this a payload is a file in blobs/, and its row holds only SHA-256 and length. */
export const inlinePayloadBytes = 1_048_576;
/** Above this a payload is refused (TOO_LARGE). */
export const largestPayloadBytes = 104_857_600;

/** The text as its row holds it: null for what lies in a blob. */
export function inlineText(payload: Payload): string | null {
  return payload.bytes > inlinePayloadBytes ? null : payload.text;
}
