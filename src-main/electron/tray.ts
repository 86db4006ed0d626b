import { Menu, nativeImage, Tray } from "electron";
import { trayShape } from "./tray-shape.ts";
import type { WorkSummary } from "./work-state.ts";

export interface TrayOptions {
  readonly onOpen: () => void;
  readonly onQuit: () => void;
}

/** The icon beside the clock. Nothing depends on it: a Linux desktop may have no place for it. */
export function createTray({ onOpen, onQuit }: TrayOptions): (summary: WorkSummary) => void {
  const tray = new Tray(imageOf("idle"));
  tray.on("click", onOpen);
  let shown: WorkSummary | null = null;
  return (summary) => {
    if (shown?.words === summary.words) return;
    if (shown?.state !== summary.state) tray.setImage(imageOf(summary.state));
    shown = summary;
    tray.setToolTip(summary.words);
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: summary.words, enabled: false },
        { type: "separator" },
        { id: "open", label: "Open Handshake", click: onOpen },
        { id: "quit", label: "Quit", click: onQuit },
      ]),
    );
  };
}

function imageOf(state: WorkSummary["state"]) {
  const { pixels, sizePx } = trayShape(state);
  const image = nativeImage.createFromBitmap(Buffer.from(pixels), {
    width: sizePx,
    height: sizePx,
    scaleFactor: 2,
  });
  // macOS colours it by itself.
  image.setTemplateImage(true);
  return image;
}
