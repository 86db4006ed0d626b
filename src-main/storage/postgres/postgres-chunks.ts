import type { Payload } from "../../../app/model/json.ts";
import type { Query, Transaction } from "./postgres-transaction.ts";

const chunkBytes = 1_048_576;

/** Stores large payloads by their SHA-256 in pieces, in the transaction of the rows that name them. */
export function sendChunks(
  transaction: Pick<Transaction, "send">,
  payloads: readonly Payload[],
): void {
  // In one order for all, so that two engines that save the same do not wait for each other in a circle.
  const bySha = new Map(payloads.map((payload) => [payload.sha256, payload]));
  for (const sha256 of [...bySha.keys()].sort()) {
    const bytes = Buffer.from(bySha.get(sha256)?.text ?? "", "utf8");
    for (let part = 0; part * chunkBytes < bytes.length; part += 1) {
      const data = bytes.subarray(part * chunkBytes, (part + 1) * chunkBytes);
      transaction.send(insertChunk, [sha256, part, data]);
    }
  }
}

/** The text of a large payload, or null when nothing of it is there. */
export async function readChunks(query: Query, sha256: string): Promise<string | null> {
  const chunks = await query<{ data: Buffer }>(selectChunks, [sha256]);
  return chunks.length === 0
    ? null
    : Buffer.concat(chunks.map(({ data }) => data)).toString("utf8");
}

const insertChunk = {
  name: "insert_chunk",
  text: `insert into payload_chunk (sha256, part, data) values ($1, $2, $3)
    on conflict (sha256, part) do nothing`,
};

const selectChunks = {
  name: "select_chunks",
  text: "select data from payload_chunk where sha256 = $1 order by part",
};
