import { dialogAnswers } from "./dialog.ts";
import { notifications } from "./notification.ts";
import { calls, failures } from "./recorder.ts";
import { keyring } from "./safe-storage.ts";
import { trays } from "./tray.ts";

// What `electron` means under the stand-in. A name that is not here fails when it is imported.

export { app } from "./app.ts";
export { BrowserWindow } from "./browser-window.ts";
export { dialog } from "./dialog.ts";
export { ipcMain } from "./ipc-main.ts";
export { Menu } from "./menu.ts";
export { nativeImage } from "./native-image.ts";
export { nativeTheme } from "./native-theme.ts";
export { net } from "./net.ts";
export { Notification } from "./notification.ts";
export { powerMonitor, powerSaveBlocker } from "./power.ts";
export { protocol } from "./protocol.ts";
export { safeStorage } from "./safe-storage.ts";
export { session } from "./session.ts";
export { shell } from "./shell.ts";
export { Tray } from "./tray.ts";
export { webContents } from "./web-contents.ts";

/** How a spec plays the desktop and reads what the app asked of it: `globalThis.electronHost`. */
const controls = { calls, failures, dialogAnswers, notifications, trays, keyring };
export type ElectronHostControls = typeof controls;

Object.assign(globalThis, { electronHost: controls });
