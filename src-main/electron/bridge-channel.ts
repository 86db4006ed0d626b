import type { AppRequest, EngineDown } from "../../app/contract/app-bridge.ts";
import type { Opening } from "../../app/contract/opening.ts";

/** What is told of a core that is not there. */
export type CoreDown = Omit<EngineDown, "kind">;

/** The one channel between a window's preload and the main process. */
export const bridgeChannel = "handshake";

/**
 * `document` is chosen by each document's preload, so that what was meant for the page before a reload
 * is not taken for an answer. `bytes` is a message of the contract, JSON in UTF-8. An `AppRequest` is a
 * person's, while the engine stays down.
 */
export type FromPreload =
  | { readonly kind: "open"; readonly document: string }
  | { readonly kind: AppRequest; readonly document: string }
  | { readonly kind: "message"; readonly document: string; readonly bytes: Uint8Array };

export type ToPreload =
  | {
      readonly kind: "welcome";
      readonly document: string;
      readonly instanceId: string;
      readonly appVersion: string;
    }
  /** There is no core now. Another welcome follows, unless it stays down; why, for people. */
  | ({ readonly kind: "down"; readonly document: string } & CoreDown)
  | { readonly kind: "opening"; readonly document: string; readonly opening: Opening }
  | { readonly kind: "message"; readonly document: string; readonly bytes: Uint8Array };
