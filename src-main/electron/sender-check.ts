/** As much of an IPC event as tells who sent it. */
export interface Sender {
  readonly senderFrame: {
    readonly parent: unknown;
    readonly origin: string;
  } | null;
  readonly sender: { readonly id: number };
}

/**
 * Why a message is not listened to, or null. Only the main frame of a window of ours, at our own origin,
 * may speak: a frame that was navigated away is gone (null) or has another origin.
 */
export function whyRefused(
  { senderFrame, sender }: Sender,
  ours: { readonly origin: string; isOurs(contentsId: number): boolean },
): string | null {
  if (senderFrame === null) return "its frame is gone";
  if (senderFrame.parent !== null) return "it is not a main frame";
  if (senderFrame.origin !== ours.origin) return "it is of a foreign origin";
  if (!ours.isOurs(sender.id)) return "its window has no bridge";
  return null;
}
