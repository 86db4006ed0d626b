import type { CdpSession } from "./cdp.ts";
import { debugLog } from "./debug-log.ts";
import { ipcMain } from "./ipc-main.ts";
import type { FromPage, InvokeReply, ToPage } from "./page/isolated-world.ts";
import { isolatedWorldName, type PageSource } from "./page-source.ts";
import { createWireCodec } from "./wire-codec.ts";

const codec = createWireCodec({});

/** Messages between the main process and the preload of a window's main frame. */
export interface PageChannel {
  send(channel: string, args: readonly unknown[]): void;
}

export interface PageChannelOptions {
  readonly page: CdpSession;
  readonly source: PageSource;
  isMainFrame(frameId: string): boolean;
  /** `sender`, `senderFrame` and the like. */
  messageDetails(): object;
  onPreloadError(message: string): void;
  /** `window.open` of the page. */
  onWindowOpen(realUrl: string): void;
}

export function openPageChannel(options: PageChannelOptions): PageChannel {
  const { page, source } = options;
  /** Written before the document's preload was there. */
  const waiting: ToPage[] = [];
  let world: string | null = null;

  page.on("Runtime.executionContextCreated", ({ context }) => {
    // Chromium documents this shape.
    const { frameId } = (context.auxData ?? {}) as { frameId?: string };
    if (context.name !== isolatedWorldName || !options.isMainFrame(frameId ?? "")) return;
    world = context.uniqueId;
    flush();
  });
  page.on("Runtime.executionContextDestroyed", ({ executionContextUniqueId }) => {
    if (executionContextUniqueId === world) world = null;
  });
  page.on("Runtime.executionContextsCleared", () => {
    world = null;
  });
  page.on("Runtime.bindingCalled", ({ name, payload }) => {
    if (name !== source.options.toMain) return;
    // Only the isolated world has the binding.
    receive(JSON.parse(payload) as FromPage);
  });

  function receive(message: FromPage): void {
    switch (message.kind) {
      case "send":
        ipcMain.emit(message.channel, options.messageDetails(), ...decodeArgs(message.body));
        break;
      case "invoke":
        void answer(message);
        break;
      case "window-open":
        options.onWindowOpen(message.url);
        break;
      case "preload-error":
        options.onPreloadError(message.message);
        break;
    }
  }

  async function answer({ id, channel, body }: FromPage & { kind: "invoke" }): Promise<void> {
    const handler = ipcMain.handlers.get(channel);
    let reply: InvokeReply;
    try {
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
      reply = {
        result: structuredClone(await handler(options.messageDetails(), ...decodeArgs(body))),
      };
    } catch (error) {
      console.error(`Error occurred in handler for '${channel}':`, error);
      reply = { error: String(error) };
    }
    post({ kind: "reply", id, body: codec.encode(reply) });
  }

  function post(message: ToPage): void {
    waiting.push(message);
    flush();
  }

  function flush(): void {
    if (world === null) return;
    for (const message of waiting.splice(0)) {
      const call = `globalThis[${JSON.stringify(source.options.fromMain)}]`;
      const expression = `${call}(${JSON.stringify(JSON.stringify(message))})`;
      page
        .send("Runtime.evaluate", { expression, uniqueContextId: world, silent: true })
        .catch((error: unknown) => debugLog("a message found no page:", error));
    }
  }

  return {
    send(channel, args) {
      post({ kind: "event", channel, body: codec.encode(cloned(args)) });
    },
  };
}

// The page encoded an array.
function decodeArgs(body: string): unknown[] {
  return codec.decode(body) as unknown[];
}

function cloned(args: readonly unknown[]): readonly unknown[] {
  try {
    return structuredClone(args);
  } catch {
    throw new Error("Failed to serialize arguments");
  }
}
