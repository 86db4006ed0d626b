import { parentPort } from "node:worker_threads";
import type { Storage } from "../../../app/storage/storage.ts";
import { openReadOnlyStorage } from "../open-storage.ts";
import { failureOf } from "../thread-failure.ts";
import type { FromReader, ToReader } from "./reader-message.ts";
import { createScreenReads, type ScreenReads } from "./screen-reads.ts";

// The reader thread: a read-only connection of its own, so that a long list or search never makes the
// engine wait. One thing at a time, in the order asked.

const port = parentPort;
if (port === null) throw new Error("This file is the entry of a worker thread.");
const send = (answer: FromReader): void => port.postMessage(answer);

let storage: Storage | null = null;
let reads: ScreenReads | null = null;
let queue = Promise.resolve();
port.on("message", (message: ToReader) => {
  queue = queue.then(() => perform(message));
});

async function perform(message: ToReader): Promise<void> {
  try {
    switch (message.kind) {
      case "open":
        storage = await openReadOnlyStorage(message.dataFolder, message.database);
        reads = createScreenReads(storage);
        return send({ kind: "open" });
      case "read":
        return send({ kind: "answer", id: message.id, value: await read(message) });
      case "close":
        await storage?.close();
        port?.close();
    }
  } catch (error) {
    send({
      kind: "error",
      id: message.kind === "read" ? message.id : null,
      failure: failureOf(error),
    });
  }
}

async function read({ method, args }: Extract<ToReader, { kind: "read" }>): Promise<unknown> {
  if (reads === null) throw new Error("The reader was not opened.");
  // The method and its arguments were paired by the client's types.
  const call = reads[method] as (...args: readonly unknown[]) => Promise<unknown>;
  return call(...args);
}
