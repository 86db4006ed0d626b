import type { Group } from "../../../app/storage/change.ts";
import type { GroupOutcome } from "../../../app/storage/storage.ts";
import type { BlobFolder } from "./sqlite-blobs.ts";
import { conflict } from "../group-rejection.ts";
import { largePayloadsOf, largestPayloadBytes, tooLargeError } from "../payload-limits.ts";

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
