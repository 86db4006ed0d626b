import { strict } from "./not-implemented.ts";
import { record } from "./recorder.ts";

/** Nothing is opened; specs read what would have been. */
export const shell = strict("shell", {
  async openExternal(url: string): Promise<void> {
    record("shell.openExternal", url);
  },
  async openPath(path: string): Promise<string> {
    record("shell.openPath", path);
    return "";
  },
  showItemInFolder(path: string): void {
    record("shell.showItemInFolder", path);
  },
});
