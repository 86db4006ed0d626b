// Run as a program of its own: moves a data folder, or removes what is left of one, and dies by SIGKILL at
// a step. Arguments: move | remove, folder, step (none: it says that it begins, and goes on to its end).
import { takeDataLock } from "../../storage/sqlite/data-lock.ts";
import { moveDataFolder } from "./move-data-folder.ts";
import { removeMoved } from "./remove-moved.ts";

const [what = "", folder = "", dieAt = ""] = process.argv.slice(2);
const holder = { kind: "test", pid: process.pid, since: "" };
const crashPoint = (name: string): void => {
  if (name === dieAt) process.kill(process.pid, "SIGKILL");
};
const lock = takeDataLock(folder, holder);
if (dieAt === "") process.stdout.write("begun\n");
if (what === "move") await moveDataFolder({ folder, isShared: () => false, crashPoint });
else removeMoved({ folder, takeLock: (old) => takeDataLock(old, holder), crashPoint });
lock.release();
