import { isMarkedAsUntransferable } from "node:worker_threads";
import type { FromCore, ToCore } from "./core-port.ts";

interface Postable {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

/** Posts a message whose bytes nobody here uses any more: they change hands where they can, else they are copied. */
export function postHandingOver(port: Postable, message: FromCore | ToCore): void {
  if (message.kind !== "message") return port.postMessage(message, []);
  const { bytes } = message;
  const { buffer } = bytes;
  // A small buffer shares a pool with others, and there is one empty buffer for everybody: a buffer that
  // was handed over cannot be used again here.
  const isOwn =
    buffer instanceof ArrayBuffer &&
    bytes.byteLength > 0 &&
    bytes.byteLength === buffer.byteLength &&
    !isMarkedAsUntransferable(buffer);
  if (isOwn) return port.postMessage(message, [buffer]);
  const own = new Uint8Array(bytes);
  port.postMessage({ ...message, bytes: own }, [own.buffer]);
}
