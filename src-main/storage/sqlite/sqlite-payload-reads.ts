import { hash } from "node:crypto";
import type Database from "better-sqlite3";
import type { Payload } from "../../../app/model/json.ts";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { PayloadSlot } from "../../../app/storage/storage.ts";
import type { BlobFolder } from "./sqlite-blobs.ts";
import type { Reads } from "./sqlite-reads.ts";

interface PayloadRow {
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly text: string | null;
}

/** Reads payloads from their rows or files, and checks each against its SHA-256. */
export function createPayloadReads(
  db: Database.Database,
  reads: Pick<Reads, "nodeKey">,
  blobs: BlobFolder,
) {
  const ofRun = db.prepare<[number, string], PayloadRow>(
    "select p.sha256, p.bytes, p.text from run_payload p where p.id = (select id * 2 + ? from workflow_run where run_id = ?)",
  );
  const ofNode = {
    input: db.prepare<[number], PayloadRow>(nodeSql("input")),
    output: db.prepare<[number], PayloadRow>(nodeSql("output")),
    answer: db.prepare<[number], PayloadRow>(nodeSql("answer")),
  };
  const ofStep = db.prepare<[number, string, number], PayloadRow>(
    `select output_sha256 as sha256, output_bytes as bytes, output_text as text
     from sub_step where execution = ? and name = ? and n = ?`,
  );

  function rowOf(slot: PayloadSlot): PayloadRow | undefined {
    switch (slot.of) {
      case "run":
        return ofRun.get(slot.slot === "input" ? 0 : 1, slot.runId);
      case "node": {
        const found = reads.nodeKey(slot.nodeExecutionId);
        return found === null ? undefined : ofNode[slot.slot].get(found.key);
      }
      case "step": {
        const found = reads.nodeKey(slot.nodeExecutionId);
        return found === null ? undefined : ofStep.get(found.key, slot.name, slot.n);
      }
    }
  }

  return function getPayload(slot: PayloadSlot): Payload | null {
    const row = rowOf(slot);
    if (row === undefined || row.sha256 === null || row.bytes === null) return null;
    const { sha256, bytes } = row;
    const text = row.text ?? blobs.read(sha256);
    if (text === null || hash("sha256", text, "hex") !== sha256) {
      throw new StorageError(
        "DAMAGED",
        `The saved ${describeSlot(slot)} is ${text === null ? "missing" : "damaged"}. Run it again, or restore the newest backup.`,
        { details: { sha256, bytes } },
      );
    }
    return { text, sha256, bytes };
  };
}

function nodeSql(slot: "input" | "output" | "answer"): string {
  return `select ${slot}_sha256 as sha256, ${slot}_bytes as bytes, ${slot}_text as text from node_execution where id = ?`;
}

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
