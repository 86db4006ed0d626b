import { keyboardMessages } from "../messages/keyboard-messages.ts";

/** What the key that goes with others is called on this machine. */
export function modKey(): string {
  return /Mac|iPhone|iPad/.test(window.navigator.userAgent)
    ? keyboardMessages.modOnMac
    : keyboardMessages.mod;
}
