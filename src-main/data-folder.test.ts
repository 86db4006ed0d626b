import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chooseDataFolder, DataFolderError, ensureDataFolder } from "./data-folder.ts";

describe.skipIf(process.platform === "win32")("the data folder", () => {
  test.each([
    ["linux", {}, "/home/ada/.local/share/handshake"],
    ["linux", { XDG_DATA_HOME: "/data" }, "/data/handshake"],
    ["linux", { XDG_DATA_HOME: "relative" }, "/home/ada/.local/share/handshake"],
    ["darwin", {}, "/home/ada/Library/Application Support/Handshake"],
    ["win32", { LOCALAPPDATA: "/local" }, "/local/Handshake"],
    ["win32", {}, "/home/ada/AppData/Local/Handshake"],
  ] as const)("on %s with %j is %s", (platform, env, path) => {
    expect(chooseDataFolder({ env, platform, home: "/home/ada" })).toEqual({
      path,
      isDefault: true,
    });
  });

  test("is the option's, else the environment's, else the default", () => {
    const env = { HANDSHAKE_DATA: "/from/env" };
    expect([chooseDataFolder({ option: "/from/option", env }), chooseDataFolder({ env })]).toEqual([
      { path: "/from/option", isDefault: false },
      { path: "/from/env", isDefault: false },
    ]);
    expect(() => chooseDataFolder({ option: " ", env })).toThrow(DataFolderError);
  });

  describe("when it is made", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "handshake-folder-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    test("[P4] is for its user alone; the default one with its parents, a named one only in a folder that is there", () => {
      const path = join(folder, "deep", "data");
      expect(() => ensureDataFolder({ path, isDefault: false })).toThrow(
        /deep does not exist\. Create it first/,
      );
      ensureDataFolder({ path, isDefault: true });
      expect(statSync(path).mode & 0o777).toBe(0o700);
    });

    test("an empty folder becomes private, one that holds other things keeps its rights", () => {
      const [empty, full] = [join(folder, "empty"), join(folder, "full")];
      for (const path of [empty, full]) mkdirSync(path, { mode: 0o755 });
      writeFileSync(join(full, "mine.txt"), "");
      for (const path of [empty, full]) ensureDataFolder({ path, isDefault: false });
      expect([statSync(empty).mode & 0o777, statSync(full).mode & 0o777]).toEqual([0o700, 0o755]);
    });

    test("a file in its place, or in its parent's, is refused by name", () => {
      const file = join(folder, "file");
      writeFileSync(file, "");
      expect(() => ensureDataFolder({ path: file, isDefault: false })).toThrow(/file is a file/);
      expect(() => ensureDataFolder({ path: join(file, "data"), isDefault: false })).toThrow(
        /file is not a folder/,
      );
    });
  });
});
