// Opens a data folder with later migrations, and may be killed on the way. Arguments: data folder,
// migrations folder, the crash point at which it kills itself (0: none).
import { openSqliteStorage } from "../../src-main/storage/sqlite/sqlite-storage.ts";

const [folder = "", migrationsFolder = "", dieAt = "0"] = process.argv.slice(2);
let passed = 0;
const storage = await openSqliteStorage({
  folder,
  migrationsFolder,
  appVersion: "0.3.0",
  crashPoint() {
    passed += 1;
    if (passed === Number(dieAt)) process.kill(process.pid, "SIGKILL");
  },
});
await storage.close();
