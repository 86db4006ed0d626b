import type { WireCodec, WireHooks } from "../wire-codec.ts";
import type { WorldBridge, WorldBridgeOptions } from "./world-bridge.ts";

/** What the main process and a page's isolated world send each other. */
export type FromPage =
  | { readonly kind: "send"; readonly channel: string; readonly body: string }
  | {
      readonly kind: "invoke";
      readonly id: number;
      readonly channel: string;
      readonly body: string;
    }
  | { readonly kind: "window-open"; readonly url: string }
  | { readonly kind: "preload-error"; readonly message: string };
export type ToPage =
  | { readonly kind: "event"; readonly channel: string; readonly body: string }
  | { readonly kind: "reply"; readonly id: number; readonly body: string };
/** The content of a reply. */
export interface InvokeReply {
  readonly error?: string;
  readonly result?: unknown;
}

export interface IsolatedWorldOptions {
  /** The binding that carries text to the main process. */
  readonly toMain: string;
  /** The global that the main process calls. */
  readonly fromMain: string;
  readonly bridge: Omit<WorldBridgeOptions, "createWireCodec">;
  /** The event by which the page's world tells of a window that it wants. */
  readonly windowOpen: string;
  readonly process: Readonly<Record<string, unknown>>;
}

type Preload = (
  require: (name: string) => unknown,
  process: unknown,
  module: { exports: unknown },
  exports: unknown,
) => void;

/**
 * What a sandboxed preload finds: `require` of electron and little more. Injected as source text before
 * any script of the page: refers to nothing outside.
 */
export function startIsolatedWorld(
  options: IsolatedWorldOptions,
  createWireCodec: (hooks: WireHooks) => WireCodec,
  createWorldBridge: (options: WorldBridgeOptions) => WorldBridge,
  preload: Preload,
): void {
  // As with nodeIntegrationInSubFrames off: a frame inside has no preload and no channel.
  if (window.top !== window) return;
  type Listener = (...args: unknown[]) => void;
  const codec = createWireCodec({});
  // The stand-in put it there.
  const post = (globalThis as never)[options.toMain] as (text: string) => void;
  const send = (message: FromPage): void => post(JSON.stringify(message));
  const listeners = new Map<string, Listener[]>();
  const replies = new Map<number, (reply: InvokeReply) => void>();
  let lastId = 0;

  const encode = (args: unknown[]): string => {
    try {
      return codec.encode(structuredClone(args));
    } catch {
      throw new Error("An object could not be cloned.");
    }
  };

  const ipcRenderer = {
    on(channel: string, listener: Listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    removeListener(channel: string, listener: Listener) {
      const kept = (listeners.get(channel) ?? []).filter((known) => known !== listener);
      listeners.set(channel, kept);
      return ipcRenderer;
    },
    send(channel: string, ...args: unknown[]) {
      send({ kind: "send", channel, body: encode(args) });
    },
    async invoke(channel: string, ...args: unknown[]) {
      const id = ++lastId;
      const answered = new Promise<InvokeReply>((resolve) => replies.set(id, resolve));
      send({ kind: "invoke", id, channel, body: encode(args) });
      const { error, result } = await answered;
      if (error !== undefined) {
        throw new Error(`Error invoking remote method '${channel}': ${error}`);
      }
      return result;
    },
  };

  const receive = (text: string): void => {
    // Only the stand-in calls it.
    const message = JSON.parse(text) as ToPage;
    if (message.kind === "reply") {
      const settle = replies.get(message.id);
      replies.delete(message.id);
      settle?.(codec.decode(message.body) as InvokeReply);
      return;
    }
    const args = codec.decode(message.body) as unknown[];
    const event = { sender: ipcRenderer };
    for (const listener of listeners.get(message.channel) ?? []) listener(event, ...args);
  };
  Object.defineProperty(globalThis, options.fromMain, { value: receive });

  window.addEventListener(options.windowOpen, (event) => {
    // The page's half sends the URL.
    send({ kind: "window-open", url: (event as CustomEvent<string>).detail });
  });

  const missing = (name: string, members: object): object =>
    new Proxy(members, {
      get(target, key) {
        if (key in target || typeof key === "symbol") return Reflect.get(target, key) as unknown;
        throw new Error(`electron-host: ${name}.${key} is not implemented`);
      },
    });
  const bridge = createWorldBridge({ ...options.bridge, createWireCodec });
  const contextBridge = {
    exposeInMainWorld: (name: string, api: unknown) => bridge.expose(name, api),
  };
  const electron = missing("electron (in a preload)", {
    contextBridge: missing("contextBridge", contextBridge),
    ipcRenderer: missing("ipcRenderer", ipcRenderer),
  });
  const require = (name: string): unknown => {
    if (name === "electron" || name === "electron/renderer") return electron;
    throw new Error(`module not found: ${name}`);
  };
  const module = { exports: {} };
  try {
    preload(require, options.process, module, module.exports);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send({ kind: "preload-error", message: text });
  }
}
