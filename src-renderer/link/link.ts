import type { ClientMessage, CoreMessage } from "../../app/contract/envelope.ts";

/** What carries messages between the screens and the core: a WebSocket, or the app's bridge. */
export interface Link {
  /** False: it is down and nothing was sent. */
  send(message: ClientMessage): boolean;
  /** Asks for another start of an engine that stays down. Null where only a person at a terminal can. */
  readonly restartEngine: (() => void) | null;
  /** Fetches the data of an engine that stays down; null where there is none to fetch, or the app saves it. */
  readonly copyData: (() => Promise<DataCopy>) | null;
  /** The app saves that data where a person says, in a dialog of the system; null in a tab. */
  readonly exportData: (() => void) | null;
  /** The app shows the data folder in the system's file manager; null in a tab. */
  readonly revealData: (() => void) | null;
}

/** A tar file, or why there is none. */
export type DataCopy =
  | { readonly ok: true; readonly content: Blob }
  | { readonly ok: false; readonly message: string | null };

export interface LinkEvents {
  onUp(core: { readonly instanceId: string; readonly appVersion: string }): void;
  onMessage(message: CoreMessage): void;
  /** `message`: why, in the words of whoever refused. */
  onDown(why: DownReason, message?: string): void;
}

/**
 * `lost`: it was there and is gone, it is tried again. `refused`: this tab's session is not valid (any
 * more) and only a new address helps. `ended`: the engine ended inside the app, which starts it again.
 * `stays_down`: it does not, until a person asks for it.
 */
export type DownReason = "lost" | "refused" | "ended" | "stays_down";
