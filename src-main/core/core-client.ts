import type { EngineState } from "../../app/contract/engine.ts";
import type { LogLevel } from "../../app/contract/run.ts";
import type { UpdateAction, UpdateState } from "../../app/contract/update.ts";
import type { CoreFiles } from "./core-files.ts";
import { watchGrowingFile } from "./watch-growing-file.ts";
import type { CorePort } from "./core-port.ts";
import type { HostAction } from "./host-desk.ts";
import type { OnCoreProgress } from "./core-step.ts";
import { errorOf } from "./thread-failure.ts";

/** A core on the other side of a port. */
export interface CoreClient {
  /** As it was when the core was ready. */
  readonly state: EngineState;
  connect(client: RemoteClient): CoreLink;
  /** For its clients: how it stands with the app's updates. */
  setUpdate(state: UpdateState): void;
  /** The answer to the host action `choose-folder`: null where the person chose none. */
  setChosenFolder(folder: string | null): void;
  /** Where the core found what belongs to it. Never answered by one that is gone. */
  files(): Promise<CoreFiles>;
  /** Drains and closes. Called again with 0 it stops draining. Rejects when the end was not clean. */
  close(options: { readonly drainMs: number }): Promise<void>;
  /** Resolves when the core is gone: null after `close`, else why it ended. */
  readonly ended: Promise<Error | null>;
}

/** Whoever talks to the core through a host: a browser tab, a window. */
export interface RemoteClient {
  /** JSON in UTF-8. */
  onMessage(bytes: Uint8Array): void;
  /** It sent something that is no message. */
  onDrop(): void;
}

export interface CoreLink {
  send(bytes: Uint8Array): void;
  close(): void;
}

export interface CoreClientOptions {
  readonly onLog: (level: LogLevel, source: string, message: string) => void;
  readonly onProgress?: OnCoreProgress;
  readonly onUpdateAction?: (action: UpdateAction) => void;
  readonly onHostAction?: (action: HostAction) => void;
}

/** Resolves when the core has recovered and accepts work. Rejects with StorageError, DataFolderError. */
export async function connectCore(
  port: CorePort,
  { onLog, onProgress, onUpdateAction, onHostAction }: CoreClientOptions,
): Promise<CoreClient> {
  const clients = new Map<number, RemoteClient>();
  const ready = Promise.withResolvers<EngineState>();
  const ended = Promise.withResolvers<Error | null>();
  const files = Promise.withResolvers<CoreFiles>();
  let endedWith: Error | null | undefined;
  let lastClient = 0;
  let isGone = false;

  const progress = watchGrowingFile((step, amount) => onProgress?.(step, amount));

  port.onMessage((message) => {
    switch (message.kind) {
      case "progress":
        return progress.tell(message.step, message.amount);
      case "ready":
        progress.stop();
        return ready.resolve(message.state);
      case "failed":
        endedWith = errorOf(message.failure);
        return ready.reject(endedWith);
      case "message":
        return clients.get(message.client)?.onMessage(message.bytes);
      case "drop":
        return clients.get(message.client)?.onDrop();
      case "log":
        return onLog(message.level, message.source, message.message);
      case "update-action":
        return onUpdateAction?.(message.action);
      case "host-action":
        return onHostAction?.(message.action);
      case "files":
        return files.resolve(message.files);
      case "closed":
        endedWith = message.failure === null ? null : errorOf(message.failure);
    }
  });
  port.onExit((cause) => {
    progress.stop();
    isGone = true;
    const why =
      endedWith === undefined
        ? new Error("The engine's thread ended unexpectedly.", { cause })
        : endedWith;
    ready.reject(why ?? new Error("The engine ended before it was ready."));
    ended.resolve(why);
  });

  const state = await ready.promise;
  return {
    state,
    ended: ended.promise,
    connect(client) {
      const number = (lastClient += 1);
      clients.set(number, client);
      if (!isGone) port.post({ kind: "connect", client: number });
      return {
        send(bytes) {
          if (!isGone) port.post({ kind: "message", client: number, bytes });
        },
        close() {
          clients.delete(number);
          if (!isGone) port.post({ kind: "disconnect", client: number });
        },
      };
    },
    setUpdate(update) {
      if (!isGone) port.post({ kind: "update", state: update });
    },
    setChosenFolder(folder) {
      if (!isGone) port.post({ kind: "chosen-folder", folder });
    },
    files() {
      if (!isGone) port.post({ kind: "tell-files" });
      return files.promise;
    },
    async close({ drainMs }) {
      if (!isGone) port.post({ kind: "close", drainMs });
      const why = await ended.promise;
      if (why !== null) throw why;
    },
  };
}
