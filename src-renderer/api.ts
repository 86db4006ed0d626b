import type { AppBridge } from "../app/contract/app-bridge.ts";
import type { Opening } from "../app/contract/opening.ts";
import { createApiClient } from "./link/api-client.ts";
import { watchOpenings } from "./link/watch-openings.ts";
import { openBridgeLink } from "./link/open-bridge-link.ts";
import { openSocketLink } from "./link/open-socket-link.ts";

declare global {
  interface Window {
    /** Only in the app's window. */
    readonly handshake?: AppBridge;
  }
}

const bridge = window.handshake;

/** The only door to the core. Every screen and store goes through it, and nothing else opens a link. */
export const api = createApiClient(
  bridge === undefined ? openSocketLink : (events) => openBridgeLink(bridge, events),
);

/** Links and files that were opened outside of the window; a browser keeps them to itself. */
export const onOpening = (listener: (opening: Opening) => void): void => {
  if (bridge !== undefined) watchOpenings(bridge, listener);
};
