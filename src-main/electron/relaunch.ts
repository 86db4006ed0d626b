import { app } from "electron";

/** Another instance, with these arguments, begins once this one has ended; the same ones by default. */
export function relaunch(args: readonly string[] = process.argv.slice(1)): void {
  // An AppImage runs from a disk of its own that goes with this process; its file is what can be started.
  const { APPIMAGE: image } = process.env;
  app.relaunch({
    args: [...args],
    ...(image === undefined || image === "" ? {} : { execPath: image }),
  });
}
