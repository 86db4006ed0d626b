import { Worker } from "node:worker_threads";
import { StorageError } from "../../../app/storage/storage-error.ts";
import type { DatabaseChoice } from "../database-choice.ts";
import { keepCompiled } from "../compiled-sources.ts";
import { errorOf } from "../thread-failure.ts";
import type { FromReader, ToReader } from "./reader-message.ts";
import type { ScreenReads } from "./screen-reads.ts";

export interface Reader {
  readonly reads: ScreenReads;
  /** Opens the data when its owner has prepared it. Rejects with StorageError. */
  open(dataFolder: string, database: DatabaseChoice): Promise<void>;
  close(): Promise<void>;
}

/** Starts the reader thread. It loads while the owner is still at its work; reads need it open. */
export function startReader(): Reader {
  const worker = new Worker(new URL("reader-thread.ts", import.meta.url), {
    execArgv: [...keepCompiled],
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const opened = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<void>();
  // Nobody may be waiting for it.
  opened.promise.catch(() => undefined);
  let lastId = 0;
  let isGone = false;

  const post = (message: ToReader): void => worker.postMessage(message);
  const fail = (error: Error): void => {
    isGone = true;
    opened.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const take = (id: number): PromiseWithResolvers<unknown> | undefined => {
    const asked = waiting.get(id);
    waiting.delete(id);
    return asked;
  };
  worker.on("message", (message: FromReader) => {
    switch (message.kind) {
      case "open":
        return opened.resolve();
      case "answer":
        return take(message.id)?.resolve(message.value);
      case "error": {
        const error = errorOf(message.failure);
        return message.id === null ? opened.reject(error) : take(message.id)?.reject(error);
      }
    }
  });
  worker.on("error", (cause) => {
    fail(new Error("The reader thread ended unexpectedly.", { cause }));
  });
  worker.on("exit", () => {
    fail(new StorageError("CLOSED", "The reader is closed."));
    exited.resolve();
  });

  const call = (method: keyof ScreenReads, args: readonly unknown[]): Promise<unknown> => {
    if (isGone) {
      return Promise.reject(new StorageError("CLOSED", "Could not read: the reader is closed."));
    }
    const asked = Promise.withResolvers<unknown>();
    const id = (lastId += 1);
    waiting.set(id, asked);
    post({ kind: "read", id, method, args });
    return asked.promise;
  };
  return {
    reads: remoteReads(call),
    async open(dataFolder, database) {
      post({ kind: "open", dataFolder, database });
      await opened.promise;
    },
    async close() {
      // Ends by itself once what was asked is answered: a thread is not terminated inside SQLite.
      if (!isGone) post({ kind: "close" });
      await exited.promise;
    },
  };
}

/** Each method of ScreenReads as a call over the port. */
function remoteReads(
  call: (method: keyof ScreenReads, args: readonly unknown[]) => Promise<unknown>,
): ScreenReads {
  const methods = new Map<string, unknown>();
  // Every property is asked for by a name of ScreenReads, and answers what that method answers.
  return new Proxy({} as ScreenReads, {
    get(_, name) {
      // A promise that resolves with this object looks for `then`.
      if (typeof name !== "string" || name === "then") return undefined;
      const known = methods.get(name);
      if (known !== undefined) return known;
      const method = (...args: readonly unknown[]) => call(name as keyof ScreenReads, args);
      methods.set(name, method);
      return method;
    },
  });
}
