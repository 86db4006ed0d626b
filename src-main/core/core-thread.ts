import { parentPort, workerData } from "node:worker_threads";
import { coreFiles } from "./core-files.ts";
import type { ClientConnection } from "./dispatch.ts";
import type { CoreThreadStart, FromCore, ToCore } from "./core-port.ts";
import { postHandingOver } from "./post-handing-over.ts";
import { startHostedCore, type HostedCore } from "./host-core.ts";
import { failureOf } from "./thread-failure.ts";

// The core thread: engine, writing connection and dispatch. The host's main thread only relays bytes.

const port = parentPort;
if (port === null) throw new Error("This file is the entry of a worker thread.");
// Given by startCoreThread, which is typed.
const start = workerData as CoreThreadStart;
const send = (message: FromCore): void => postHandingOver(port, message);

try {
  const { workFolder, ...options } = start;
  const hosted = await startHostedCore({
    ...options,
    workFolder,
    log: (level, source, message) => send({ kind: "log", level, source, message }),
    onUpdateAction:
      start.host === "app" ? (action) => send({ kind: "update-action", action }) : null,
    onHostAction: (action) => send({ kind: "host-action", action }),
    onProgress: (step, amount) =>
      send({ kind: "progress", step, ...(amount === undefined ? {} : { amount }) }),
  });
  serve(hosted);
  void hosted.core.engine.broken.then((error) => endBroken(hosted, error));
  send({ kind: "ready", state: hosted.state() });
} catch (error) {
  send({ kind: "failed", failure: failureOf(error) });
}

function serve(hosted: HostedCore): void {
  const clients = new Map<number, ClientConnection>();
  port?.on("message", (message: ToCore) => {
    switch (message.kind) {
      case "connect": {
        const { client } = message;
        const sendBytes = (bytes: Uint8Array): void => send({ kind: "message", client, bytes });
        clients.set(client, hosted.dispatch.connect({ actor: hosted.actor, send: sendBytes }));
        return;
      }
      case "message": {
        const { client, bytes } = message;
        const connection = clients.get(client);
        if (connection !== undefined && !connection.receive(bytes)) send({ kind: "drop", client });
        return;
      }
      case "disconnect":
        clients.get(message.client)?.close();
        clients.delete(message.client);
        return;
      case "update":
        hosted.setUpdate(message.state);
        return;
      case "chosen-folder":
        hosted.setChosenFolder(message.folder);
        return;
      case "tell-files":
        send({ kind: "files", files: coreFiles() });
        return;
      case "close":
        void close(hosted, message.drainMs);
        return;
    }
  });
}

let isClosing = false;

/** Ends as a core does that failed: whoever watches over it starts it anew, and then says why that cannot be. */
async function endBroken(hosted: HostedCore, error: Error): Promise<void> {
  if (isClosing) return;
  isClosing = true;
  // The damage may be in the way of that, too.
  await hosted.close({ drainMs: 0 }).catch(() => undefined);
  send({ kind: "closed", failure: failureOf(error) });
  port?.close();
}

async function close(hosted: HostedCore, drainMs: number): Promise<void> {
  const closed = hosted.close({ drainMs });
  // A second one only hurries the first.
  if (isClosing) return;
  isClosing = true;
  try {
    await closed;
    send({ kind: "closed", failure: null });
  } catch (error) {
    send({ kind: "closed", failure: failureOf(error) });
  }
  port?.close();
}
