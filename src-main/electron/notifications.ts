import { Notification } from "electron";
import type { RunRow } from "../../app/contract/run-row.ts";
import { createNoticeDesk } from "./notice-of-run.ts";

export interface NotificationOptions {
  readonly isWanted: () => boolean;
  /** A person sees the list already. */
  readonly isWatched: () => boolean;
  /** The banner was clicked. It never does anything else: no approval is given from a notification. */
  readonly onOpen: () => void;
}

/** Tells a person who looks elsewhere that runs wait, failed or were interrupted. */
export function createNotifier(options: NotificationOptions): (rows: readonly RunRow[]) => void {
  const noticeOf = createNoticeDesk(Date.now);
  // What is not referenced is collected, and its click with it.
  const shown = new Set<Notification>();
  return (rows) => {
    if (!options.isWanted() || options.isWatched() || !Notification.isSupported()) return;
    for (const row of rows) {
      const notice = noticeOf(row);
      if (notice === null) continue;
      const notification = new Notification({ ...notice, silent: row.status !== "awaiting_user" });
      shown.add(notification);
      notification.on("click", options.onOpen);
      notification.on("close", () => shown.delete(notification));
      notification.show();
    }
  };
}
