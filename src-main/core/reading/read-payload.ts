import type { ParsedInput, RequestOutput } from "../../../app/contract/contract.ts";
import { parseJson, type JsonValue } from "../../../app/model/json.ts";
import type { PayloadRef } from "../../../app/model/workflow-run.ts";
import { maskSecrets } from "./mask-secrets.ts";
import type { ReadStorage } from "./read-storage.ts";

/** Payloads in pieces. The one read last is kept: its next piece is what comes next. */
export function payloadReads(storage: ReadStorage) {
  let last: (ShownPayload & { readonly key: string }) | null = null;

  async function show(query: ParsedInput<"run.payload.slice">): Promise<ShownPayload | null> {
    const { slot, reveal } = query;
    const key = JSON.stringify([slot, reveal]);
    if (last?.key === key && query.offset > 0) return last;
    const payload = await storage.getPayload(slot);
    if (payload === null) return null;
    const { sha256, bytes, text } = payload;
    const shown = reveal ? { text, masked: 0 } : maskSecrets(text);
    last = { key, ref: { sha256, bytes }, masked: shown.masked, bytes: Buffer.from(shown.text) };
    return last;
  }

  return {
    async payloadSlice(
      query: ParsedInput<"run.payload.slice">,
    ): Promise<RequestOutput<"run.payload.slice">> {
      const shown = await show(query);
      if (shown === null) return { payload: null };
      const { ref, masked, bytes } = shown;
      const piece = sliceText(bytes, query);
      const isWhole = piece.offset === 0 && piece.next === null;
      const value: { value?: JsonValue } = isWhole ? { value: parseJson(piece.text) } : {};
      return { payload: { ref, ...piece, totalBytes: bytes.length, masked, ...value } };
    },
  };
}

interface ShownPayload {
  readonly ref: PayloadRef;
  readonly masked: number;
  /** UTF-8, as it is shown. */
  readonly bytes: Buffer;
}

/** The whole characters between two byte offsets. */
export function sliceText(
  bytes: Buffer,
  { offset, length }: { readonly offset: number; readonly length: number },
): { readonly text: string; readonly offset: number; readonly next: number | null } {
  const start = characterStart(bytes, Math.min(offset, bytes.length));
  const end = characterStart(bytes, Math.min(start + length, bytes.length));
  return {
    text: bytes.toString("utf8", start, end),
    offset: start,
    next: end < bytes.length ? end : null,
  };
}

/** Back to the first byte of the character: 10xxxxxx only goes on with one. */
function characterStart(bytes: Buffer, offset: number): number {
  let start = offset;
  while (start > 0 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}
