import { hash } from "node:crypto";
import type { Payload } from "../../../app/model/json.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { PayloadSlot } from "../../../app/storage/storage.ts";
import { readChunks } from "./postgres-chunks.ts";
import { nodeKeyOf } from "./postgres-reads.ts";
import type { Query } from "./postgres-transaction.ts";
import { uuidOrNull } from "./postgres-values.ts";

export interface PayloadRow {
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly text: string | null;
}

/** Reads a payload from its row or its chunks, and checks it against its SHA-256. */
export async function getPayload(query: Query, slot: PayloadSlot): Promise<Payload | null> {
  const row = await rowOf(query, slot);
  if (row === undefined || row.sha256 === null || row.bytes === null) return null;
  const { sha256, bytes } = row;
  const text = row.text ?? (await readChunks(query, sha256));
  if (text === null || hash("sha256", text, "hex") !== sha256) {
    throw new StorageError(
      "DAMAGED",
      `The saved ${describeSlot(slot)} is ${text === null ? "missing" : "damaged"}. Run it again, or restore the newest backup.`,
      { details: { sha256, bytes } },
    );
  }
  return { text, sha256, bytes };
}

async function rowOf(query: Query, slot: PayloadSlot): Promise<PayloadRow | undefined> {
  if (slot.of === "run") {
    const [row] = await query<PayloadRow>(ofRun, [uuidOrNull(slot.runId), slot.slot]);
    return row;
  }
  const key = nodeKeyOf(slot.nodeExecutionId);
  if (key === null) return undefined;
  const [row] =
    slot.of === "node"
      ? await query<PayloadRow>(ofNode[slot.slot], [key.runId, key.sequence])
      : await query<PayloadRow>(ofStep, [key.runId, key.sequence, slot.name, slot.n]);
  return row;
}

const ofRun = {
  name: "payload_of_run",
  text: "select sha256, bytes, text from run_payload where run_id = $1 and slot = $2",
};

const ofNode = { input: nodeSql("input"), output: nodeSql("output"), answer: nodeSql("answer") };

function nodeSql(slot: "input" | "output" | "answer") {
  return {
    name: `payload_of_node_${slot}`,
    text: `select ${slot}_sha256 as sha256, ${slot}_bytes as bytes, ${slot}_text as text
      from node_execution where run_id = $1 and sequence = $2`,
  };
}

const ofStep = {
  name: "payload_of_step",
  text: `select output_sha256 as sha256, output_bytes as bytes, output_text as text
    from sub_step where run_id = $1 and sequence = $2 and name = $3 and n = $4`,
};

function describeSlot(slot: PayloadSlot): string {
  switch (slot.of) {
    case "run":
      return `${slot.slot} of run ${slot.runId}`;
    case "node":
      return `${slot.slot} of node execution ${slot.nodeExecutionId}`;
    case "step":
      return `result of sub-step ${slot.name} (${slot.n}) of ${slot.nodeExecutionId}`;
  }
}
