import type { Change, Group } from "../../../app/storage/change.ts";
import type { Payload } from "../../../app/model/json.ts";
import type { GroupOutcome } from "../../../app/storage/storage.ts";
import type { BlobFolder } from "./sqlite-blobs.ts";
import { GroupRejection, conflict } from "./sqlite-group-rejection.ts";
import { inlinePayloadBytes, largestPayloadBytes } from "./sqlite-payload.ts";

/**
 * Saves the payloads that are too large for a row as files, before any row names them. A group with
 * one above the limit is refused, and so are later groups of its run, which may build on it.
 */
export function saveLargePayloads(
  groups: readonly Group[],
  blobs: BlobFolder,
): { readonly storable: readonly Group[]; readonly refused: ReadonlyMap<Group, GroupOutcome> } {
  const refused = new Map<Group, GroupOutcome>();
  const runs = new Set<string>();
  for (const group of groups) {
    const { groupId, runId } = group;
    const large = group.changes.flatMap(largePayloadsOf);
    const tooLarge = large.find(({ bytes }) => bytes > largestPayloadBytes);
    if (tooLarge === undefined && !runs.has(runId)) {
      for (const payload of large) blobs.put(payload);
      continue;
    }
    runs.add(runId);
    const error = tooLarge === undefined ? conflict(`Run ${runId}`) : tooLargeError(tooLarge);
    refused.set(group, { ok: false, groupId, error });
  }
  return {
    storable: refused.size === 0 ? groups : groups.filter((group) => !refused.has(group)),
    refused,
  };
}

function tooLargeError({ bytes }: Payload): GroupRejection {
  return new GroupRejection(
    "TOO_LARGE",
    `Result too large (${Math.ceil(bytes / 1_048_576)} MB); at most 100 MB are kept. Write it to a file and return its path.`,
    { bytes },
  );
}

const none: readonly Payload[] = [];

function largePayloadsOf(change: Change): readonly Payload[] {
  const input = "input" in change ? change.input : undefined;
  const output = "output" in change ? change.output : undefined;
  const answer = "answer" in change ? change.answer : undefined;
  if (!isLarge(input) && !isLarge(output) && !isLarge(answer)) return none;
  return [input, output, answer].filter((payload) => payload !== undefined).filter(isLarge);
}

function isLarge(payload: Payload | undefined): boolean {
  return payload !== undefined && payload.bytes > inlinePayloadBytes;
}
