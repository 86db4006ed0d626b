import type { ClientMessage, CoreMessage } from "../../app/contract/envelope.ts";

/** What carries messages between the screens and the core: a WebSocket, or the app's bridge. */
export interface Link {
  /** False: it is down and nothing was sent. */
  send(message: ClientMessage): boolean;
}

export interface LinkEvents {
  onUp(core: { readonly instanceId: string; readonly appVersion: string }): void;
  onMessage(message: CoreMessage): void;
  /** `message`: why, in the words of whoever refused. */
  onDown(why: DownReason, message?: string): void;
}

/**
 * `lost`: it was there and is gone, it is tried again. `refused`: this tab's session is not valid (any
 * more) and only a new address helps. `ended`: the engine ended inside the app, which starts it once more.
 */
export type DownReason = "lost" | "refused" | "ended";
