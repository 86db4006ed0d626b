import { MessageChannel, markAsUntransferable, receiveMessageOnPort } from "node:worker_threads";
import { expect, test } from "vitest";
import { postHandingOver } from "./post-handing-over.ts";

test("every kind of buffer arrives, and a shared one stays with those who share it", () => {
  const { port1, port2 } = new MessageChannel();
  const marked = new Uint8Array([7, 8]);
  markAsUntransferable(marked.buffer);
  const pooled = Buffer.from("pooled");
  const large = Buffer.from("x".repeat(100_000));
  const empty = Buffer.alloc(0);
  const sent = [empty, empty, marked, pooled, large];
  const texts = sent.map((bytes) => Buffer.from(bytes).toString("latin1"));
  const arrived = sent.map((bytes) => {
    postHandingOver(port1, { kind: "message", client: 1, bytes });
    const { message } = receiveMessageOnPort(port2) as { message: { bytes: Uint8Array } };
    return Buffer.from(message.bytes).toString("latin1");
  });
  expect(arrived).toEqual(texts);
  expect([pooled.toString(), large.byteLength, marked.length]).toEqual(["pooled", 0, 2]);
  port1.close();
});
