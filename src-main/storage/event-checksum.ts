import { crc32 } from "node:zlib";

/**
 * CRC-32 over every column of an event and its run's UUID, joined by a character that JSON text and ids
 * never hold. A change of a single bit always changes it.
 */
export function eventChecksum(
  runId: string,
  seq: number,
  at: string,
  type: string,
  actorKind: string,
  actorId: string | null,
  actorVia: string | null,
  epoch: number | null,
  groupId: string,
  data: string,
): number {
  return crc32(
    `${runId}\u001f${seq}\u001f${at}\u001f${type}\u001f${actorKind}\u001f${actorId ?? ""}\u001f${actorVia ?? ""}\u001f${epoch ?? ""}\u001f${groupId}\u001f${data}`,
  );
}
