import type { Payload } from "../../app/model/json.ts";
import type { Change } from "../../app/storage/change.ts";
import { GroupRejection } from "./group-rejection.ts";

/** Above this a payload is a file in blobs/, and its row holds only SHA-256 and length. */
export const inlinePayloadBytes = 1_048_576;
/** Above this a payload is refused (TOO_LARGE). */
export const largestPayloadBytes = 104_857_600;

/** The text as its row holds it: null for what lies in a blob. */
export function inlineText(payload: Payload): string | null {
  return payload.bytes > inlinePayloadBytes ? null : payload.text;
}

export function tooLargeError({ bytes }: Payload): GroupRejection {
  return new GroupRejection(
    "TOO_LARGE",
    `Result too large (${Math.ceil(bytes / 1_048_576)} MB); at most 100 MB are kept. Write it to a file and return its path.`,
    { bytes },
  );
}

const none: readonly Payload[] = [];

/** The payloads of a change that are too large for its row. */
export function largePayloadsOf(change: Change): readonly Payload[] {
  const input = "input" in change ? change.input : undefined;
  const output = "output" in change ? change.output : undefined;
  const answer = "answer" in change ? change.answer : undefined;
  if (!isLarge(input) && !isLarge(output) && !isLarge(answer)) return none;
  return [input, output, answer].filter((payload) => payload !== undefined).filter(isLarge);
}

function isLarge(payload: Payload | undefined): boolean {
  return payload !== undefined && payload.bytes > inlinePayloadBytes;
}
