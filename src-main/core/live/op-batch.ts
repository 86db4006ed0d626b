import { limits } from "../../../app/contract/limits.ts";
import type { Op } from "../../../app/contract/subscriptions.ts";

/** The operations of one batch, encoded as they come, up to what one message may hold. */
export interface OpBatch {
  /** False when it does not fit: it belongs into the next batch. The first one always fits. */
  add(op: Op): boolean;
  readonly isEmpty: boolean;
  /** A JSON array. */
  toJson(): string;
}

export function createOpBatch(): OpBatch {
  const encoded: string[] = [];
  let bytes = 0;
  return {
    add(op) {
      if (encoded.length >= limits.batchOps) return false;
      const text = JSON.stringify(op);
      const size = Buffer.byteLength(text) + 1;
      if (bytes + size > limits.pieceBytes && encoded.length > 0) return false;
      encoded.push(text);
      bytes += size;
      return true;
    },
    get isEmpty() {
      return encoded.length === 0;
    },
    toJson: () => `[${encoded.join(",")}]`,
  };
}
