import type { Opening } from "../../app/contract/opening.ts";

/** The one channel between a window's preload and the main process. */
export const bridgeChannel = "handshake";

/**
 * `document` is chosen by each document's preload, so that what was meant for the page before a reload
 * is not taken for an answer. `bytes` is a message of the contract, JSON in UTF-8.
 */
export type FromPreload =
  | { readonly kind: "open"; readonly document: string }
  | { readonly kind: "message"; readonly document: string; readonly bytes: Uint8Array };

export type ToPreload =
  | {
      readonly kind: "welcome";
      readonly document: string;
      readonly instanceId: string;
      readonly appVersion: string;
    }
  /** There is no core now; another welcome may follow. */
  | { readonly kind: "down"; readonly document: string }
  | { readonly kind: "opening"; readonly document: string; readonly opening: Opening }
  | { readonly kind: "message"; readonly document: string; readonly bytes: Uint8Array };
