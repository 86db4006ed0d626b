import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { serveBed, type ServedBed } from "./served.fixture.ts";
import { hasDesktop, showOnDesktop } from "./show-on-desktop.ts";

describe("the desktop of whoever sits here", () => {
  test.each([
    ["linux", {}, false],
    ["linux", { DISPLAY: "" }, false],
    ["linux", { DISPLAY: ":0" }, true],
    ["linux", { WAYLAND_DISPLAY: "wayland-0" }, true],
    ["darwin", {}, true],
    ["win32", {}, true],
  ] as const)("on %s with %j is there: %s", (platform, env, isThere) => {
    expect(hasDesktop(env, platform)).toBe(isThere);
  });

  describe.skipIf(process.platform === "win32")("is asked through its own opener", () => {
    let folder: string;
    const path = process.env["PATH"] ?? "";
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "handshake-opener-"));
      process.env["PATH"] = `${join(folder, "bin")}${delimiter}${path}`;
    });
    afterEach(() => {
      process.env["PATH"] = path;
      rmSync(folder, { recursive: true });
    });

    test.each([
      ["linux", "xdg-open", "/data/my runs"],
      ["darwin", "open", "/data/my runs"],
      ["win32", "explorer.exe", "/data/my runs"],
      ["win32", "rundll32", "http://127.0.0.1:1/#token=a&b"],
    ] as const)("on %s: %s for %s", async (platform, opener, shown) => {
      const said = join(folder, "said");
      mkdirSync(join(folder, "bin"));
      mkdirSync(said);
      const program = join(folder, "bin", opener);
      // Renamed into its place, so that it is never read half written.
      const script = `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/unfinished && mv ${folder}/unfinished ${said}/it\n`;
      writeFileSync(program, script);
      chmodSync(program, 0o755);
      const watcher = watch(said);
      const isSaid = once(watcher, "change");
      showOnDesktop(shown, platform);
      await isSaid;
      watcher.close();
      expect(readFileSync(join(said, "it"), "utf8").trimEnd().split("\n").at(-1)).toBe(shown);
    });
  });
});

describe("the host of browser mode", () => {
  let bed: ServedBed | null = null;
  afterEach(() => bed?.close());

  test("reveals the data folder, and no other, where there is a desktop", async () => {
    const shown = Promise.withResolvers<string>();
    bed = await serveBed({ showFolder: shown.resolve });
    const tab = await bed.tab();
    expect((await tab.request("data.info", {})).canReveal).toBe(true);
    await tab.request("data.reveal", {});
    expect(await shown.promise).toBe(bed.data);
  });

  test("Reveal is neither offered nor done where there is none", async () => {
    bed = await serveBed();
    const tab = await bed.tab();
    expect((await tab.request("data.info", {})).canReveal).toBe(false);
    await expect(tab.request("data.reveal", {})).rejects.toThrow(/no desktop/);
  });

  test("has no dialog for folders: a path is written", async () => {
    bed = await serveBed();
    const tab = await bed.tab();
    expect((await tab.request("data.info", {})).canChooseFolder).toBe(false);
    await expect(tab.request("data.chooseFolder", {})).rejects.toThrow(/write the folder's path/);
  });
});
