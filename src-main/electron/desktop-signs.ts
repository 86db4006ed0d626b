import { app, BrowserWindow } from "electron";
import type { Settings } from "../../app/contract/settings.ts";
import type { CoreDeskEvents } from "./core-desk.ts";
import { createNotifier } from "./notifications.ts";
import { createKeepAwake } from "./power.ts";
import { createTray } from "./tray.ts";
import { summariseWork } from "./work-state.ts";

export interface DesktopSignsOptions {
  /** As a person has set them just now. */
  readonly settings: () => Settings;
  readonly onOpen: () => void;
  readonly onQuit: () => void;
  /** Runs started or ended. */
  readonly onRunsChanged: () => void;
}

/** What the desktop shows of the runs outside of the window: tray, badge, banners, staying awake. */
export function createDesktopSigns({
  settings,
  onOpen,
  onQuit,
  onRunsChanged,
}: DesktopSignsOptions): CoreDeskEvents {
  const showTray = createTray({ onOpen, onQuit });
  const keepAwake = createKeepAwake(() => settings().keepAwake);
  const onArrived = createNotifier({
    isWanted: () => settings().notifications,
    isWatched: () => BrowserWindow.getFocusedWindow() !== null,
    onOpen,
  });
  let badge = 0;
  return {
    onArrived,
    onCounters(counters) {
      const summary = summariseWork(counters);
      showTray(summary);
      keepAwake(summary.active);
      onRunsChanged();
      if (summary.badge !== badge) app.setBadgeCount(summary.badge);
      badge = summary.badge;
    },
  };
}
