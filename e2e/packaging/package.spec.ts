import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { NtExecutable, NtExecutableResource } from "resedit";
import { tags } from "../tags.ts";
import { expectedFiles, filesUnder, nativeFile, projectRoot } from "./expected-files.ts";
import { selfTest, test } from "./packed.ts";
import { fusesOf, plistSection } from "./read-package.ts";

const platforms = ["linux", "win32", "darwin"] as const;
/** How a native file of each begins: ELF, MZ, and a 64-bit Mach-O. */
const magics = { linux: "7f454c46", win32: "4d5a9000", darwin: "cffaedfe" } as const;
const programs = {
  linux: "handshake",
  win32: "Handshake.exe",
  darwin: "Handshake.app/Contents/Frameworks/Electron Framework.framework/Electron Framework",
} as const;
const infoPlist = "Handshake.app/Contents/Info.plist";

// One worker, so that the packages are made once.
test.describe.configure({ mode: "default" });

test.describe("a package", { tag: tags.product }, () => {
  for (const platform of platforms) {
    test(`${platform}: the archive holds exactly what the product needs`, ({ packed }) => {
      const { files } = packed.archive(platform);
      expect([...files.keys()].toSorted()).toEqual(expectedFiles(platform));
    });

    test(`${platform}: one native file, of this platform, outside of the archive`, ({ packed }) => {
      const archive = packed.archive(platform);
      const unpacked = [...archive.files].filter(([, { isUnpacked }]) => isUnpacked);
      expect(unpacked.map(([path]) => path)).toEqual([nativeFile(platform)]);
      const folder = `${archive.file}.unpacked`;
      expect(filesUnder(folder)).toEqual([nativeFile(platform)]);
      const bytes = readFileSync(join(folder, nativeFile(platform)));
      expect(bytes.subarray(0, 4).toString("hex")).toBe(magics[platform]);
    });

    test(`${platform}: the fuses are blown as they are set`, ({ packed }) => {
      expect(fusesOf(readFileSync(packed.path(platform, programs[platform])))).toEqual({
        runAsNode: "0",
        cookieEncryption: "1",
        nodeOptions: "0",
        nodeInspect: "0",
        asarIntegrity: "1",
        onlyLoadFromAsar: "1",
        browserSnapshot: "0",
        fileProtocolPrivileges: "0",
        // As Electron ships it: electron-builder does not know it.
        wasmTrapHandlers: "1",
      });
    });
  }

  test("package.json: it names the main bundle, and nothing of the development", ({ packed }) => {
    const packageFile: unknown = JSON.parse(
      packed.archive("linux").read("package.json").toString(),
    );
    expect(packageFile).toMatchObject({ name: "handshake", main: "dist/main/main.js" });
    expect(packageFile).not.toHaveProperty("devDependencies");
    expect(packageFile).not.toHaveProperty("scripts");
  });

  test("the licences of what is bundled are in it, and all of them let us", ({ packed }) => {
    const archive = packed.archive("linux");
    const files = [...archive.files.keys()].filter((path) => path.endsWith("licenses.md"));
    const entries = files.flatMap((path) => licencesIn(archive.read(path).toString()));
    expect(entries.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["react", "jsonata", "pg", "electron-updater", "electron-log", "zod"]),
    );
    expect(entries.filter(({ licence }) => !allowedLicences.has(licence))).toEqual([]);
  });

  test("macOS: the hash of the archive stands where Electron compares it", ({ packed }) => {
    const plist = readFileSync(packed.path("darwin", infoPlist), "utf8");
    const integrity = plistSection(plist, "ElectronAsarIntegrity", "dict");
    expect(integrity).toContain("<key>Resources/app.asar</key>");
    expect(integrity).toContain(`<string>${packed.archive("darwin").headerSha256}</string>`);
  });

  test("Windows: the hash of the archive is a resource of the program", ({ packed }) => {
    const program = NtExecutable.from(readFileSync(packed.path("win32", programs.win32)));
    const { entries } = NtExecutableResource.from(program);
    const integrity = entries.find(({ type }) => type === "INTEGRITY");
    const value = packed.archive("win32").headerSha256;
    expect(
      JSON.parse(Buffer.from(new Uint8Array(integrity?.bin ?? new ArrayBuffer())).toString()),
    ).toEqual([{ file: String.raw`resources\app.asar`, alg: "SHA256", value }]);
  });

  test("Windows: the program has our name and icon", ({ packed }) => {
    const program = NtExecutable.from(readFileSync(packed.path("win32", programs.win32)));
    const { entries } = NtExecutableResource.from(program);
    const iconKind = 3;
    expect(entries.filter(({ type }) => type === iconKind)).toHaveLength(7);
    const versions = entries.filter(({ type }) => type === 16);
    const text = versions.map(({ bin }) => Buffer.from(bin).toString("utf16le")).join("");
    expect(text).toContain("Handshake");
  });

  test("macOS: .handshake files and handshake: links are ours", ({ packed }) => {
    const plist = readFileSync(packed.path("darwin", infoPlist), "utf8");
    expect(plistSection(plist, "CFBundleDocumentTypes", "array")).toContain(
      "<string>handshake</string>",
    );
    expect(plistSection(plist, "CFBundleURLTypes", "array")).toContain(
      "<string>handshake</string>",
    );
    expect(plist).toContain("<string>org.handshake.app</string>");
    // The app's, and that of .handshake files.
    expect(plist).toContain("<string>handshake.icns</string>");
    for (const name of ["icon.icns", "handshake.icns"]) {
      const icon = readFileSync(packed.path("darwin", `Handshake.app/Contents/Resources/${name}`));
      expect(icon.equals(readFileSync(join(projectRoot, "packaging", name)))).toBe(true);
    }
  });

  test("Linux: .handshake files and handshake: links are ours", ({ packed }) => {
    const entry = readFileSync(join(packed.folder, "handshake.desktop"), "utf8").split("\n");
    expect(entry).toContain(
      "MimeType=application/x-handshake-workflow;x-scheme-handler/handshake;",
    );
    expect(entry).toContain("Exec=/opt/Handshake/handshake %U");
    expect(entry).toContain("StartupWMClass=handshake");
  });

  test("a package without its migrations is seen by the same check", async ({ packed }) => {
    const { archive } = await packed.packWithout("files", "migrations/*/*.sql");
    const missing = expectedFiles("linux").filter((path) => !archive.files.has(path));
    expect(missing).toEqual(filesUnder(join(projectRoot, "migrations"), "migrations/"));
  });
});

test.describe("a package's self-test", { tag: tags.product }, () => {
  test("[S10] it recovers before the window, runs a sample out of its archive, and ends", async ({
    packed,
  }) => {
    const { exitCode, report } = await selfTest(packed.path("linux", "handshake"));
    expect(report.problem).toBeNull();
    expect({ exitCode, ok: report.ok, isPackaged: report.isPackaged }).toEqual({
      exitCode: 0,
      ok: true,
      isPackaged: true,
    });
    expect(report.order).toEqual([
      "locking",
      "opening",
      "recovering",
      "starting",
      "accepting",
      "recovered",
      "window",
      "page",
      "run started",
      "run completed",
      "ended",
    ]);
    const resources = packed.path("linux", "resources");
    const inArchive = (path: string): string => join(resources, "app.asar", path);
    expect(report.host).toEqual({
      executable: packed.path("linux", "handshake"),
      resources,
      app: inArchive(""),
      main: inArchive("dist/main/main.js"),
      preload: inArchive("dist/main/preload.cjs"),
      screens: inArchive("dist/renderer"),
    });
    expect(report.core).toEqual({
      coreThread: inArchive("dist/main/core-thread.js"),
      readerThread: inArchive("dist/main/reader-thread.js"),
      expressionWorker: inArchive("dist/main/expression-worker.js"),
      nativeModule: inArchive(`node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`),
      migrations: {
        folder: inArchive("migrations/sqlite/"),
        files: filesUnder(join(projectRoot, "migrations/sqlite")),
      },
      samples: {
        folder: inArchive("samples"),
        files: filesUnder(join(projectRoot, "samples")),
      },
    });
  });

  test("a package whose native module is inside of the archive fails it, and says why", async ({
    packed,
  }) => {
    const { program } = await packed.packWithout("asarUnpack", "**/*.node");
    const { exitCode, report } = await selfTest(program);
    expect({ exitCode, ok: report.ok }).toEqual({ exitCode: 1, ok: false });
    expect(report.problem).toMatch(/not marked unpacked/);
  });
});

/** None of them asks for more than that its text is passed on. */
const allowedLicences = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "Unlicense",
]);

/** Headings like `## zod - 4.6.7 (MIT)`, as Vite writes them. */
function licencesIn(text: string): { readonly name: string; readonly licence: string }[] {
  return [...text.matchAll(/^## (\S+) - \S+ \((.+)\)$/gm)].map(([, name = "", licence = ""]) => ({
    name,
    licence,
  }));
}
