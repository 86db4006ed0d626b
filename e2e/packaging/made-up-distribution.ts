import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NtExecutable, NtExecutableResource, Resource } from "resedit";

/** The Electron that is packed, without Electron: what electron-builder renames, edits and flips fuses in. */
export type DistributionPlatform = "linux" | "win32" | "darwin";

/** As @electron/fuses looks for it: a sentinel, the version, the number of fuses, a character for each. */
export const fuseSentinel = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX";
/** As Electron ships it: 1 is on, 0 is off. Each fuse that the product sets the other way is seen. */
const shippedFuses = "101100011";

/** Makes one in an empty folder. The one for Linux runs: its program is the stand-in for Electron. */
export function makeDistribution(platform: DistributionPlatform, folder: string): void {
  for (const name of ["LICENSE", "LICENSES.chromium.html"]) put(join(folder, name), "");
  put(join(folder, "version"), "v45.4.1");
  switch (platform) {
    case "linux":
      put(join(folder, "electron"), Buffer.concat([launcher(), fuseWire()]), 0o755);
      for (const name of ["chrome_crashpad_handler", "chrome-sandbox"]) put(join(folder, name), "");
      put(join(folder, "locales/en-US.pak"), "");
      put(join(folder, "resources/.keep"), "");
      return;
    case "win32":
      put(join(folder, "electron.exe"), windowsProgram());
      put(join(folder, "locales/en-US.pak"), "");
      put(join(folder, "resources/.keep"), "");
      return;
    case "darwin":
      return makeMacApp(join(folder, "Electron.app/Contents"));
  }
}

/** Node reads the modules of the archive, and only those; the shell ends before the fuses. */
function launcher(): Buffer {
  const host = (name: string): string =>
    fileURLToPath(new URL(`../electron-host/${name}`, import.meta.url));
  const script = `#!/bin/sh
here="$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)"
export ELECTRON_HOST_EXECUTABLE="$here/$(basename -- "$0")"
exec "${process.execPath}" --import "${host("mount-archives.ts")}" "${host("boot.ts")}" "$@"
exit
`;
  return Buffer.from(script);
}

function fuseWire(): Buffer {
  const version = 1;
  const head = Buffer.from([version, shippedFuses.length]);
  return Buffer.concat([Buffer.from(fuseSentinel), head, Buffer.from(`${shippedFuses}\n`)]);
}

/** An executable of no code with one version resource, as Electron's. */
function windowsProgram(): Buffer {
  const program = NtExecutable.createEmpty(false, false);
  const resources = NtExecutableResource.from(program, true);
  const language = { lang: 0x0409, codepage: 1200 };
  const version = Resource.VersionInfo.createEmpty();
  version.setStringValues(language, { ProductName: "Electron", FileDescription: "Electron" });
  version.outputToResourceEntries(resources.entries);
  resources.outputResource(program);
  program.setExtraData(fuseWire());
  return Buffer.from(program.generate());
}

function makeMacApp(contents: string): void {
  put(join(contents, "MacOS/Electron"), "", 0o755);
  put(join(contents, "Info.plist"), plist("com.github.Electron", "Electron"));
  put(join(contents, "Resources/electron.icns"), "");
  put(join(contents, "Resources/en.lproj/locale.pak"), "");
  const frameworks = join(contents, "Frameworks");
  const framework = join(frameworks, "Electron Framework.framework");
  put(join(framework, "Versions/A/Electron Framework"), fuseWire());
  put(join(framework, "Versions/A/Resources/en.lproj/locale.pak"), "");
  symlinkSync("A", join(framework, "Versions/Current"));
  symlinkSync("Versions/Current/Electron Framework", join(framework, "Electron Framework"));
  symlinkSync("Versions/Current/Resources", join(framework, "Resources"));
  for (const kind of ["", " (GPU)", " (Plugin)", " (Renderer)"]) {
    const name = `Electron Helper${kind}`;
    const helper = join(frameworks, `${name}.app/Contents`);
    put(join(helper, `MacOS/${name}`), "", 0o755);
    put(join(helper, "Info.plist"), plist("com.github.Electron.helper", name));
  }
}

function plist(id: string, name: string): string {
  const entries = Object.entries({
    CFBundleIdentifier: id,
    CFBundleName: name,
    CFBundleDisplayName: name,
    CFBundleExecutable: name,
    CFBundlePackageType: "APPL",
  });
  const lines = entries.map(([key, value]) => `<key>${key}</key><string>${value}</string>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>${lines.join("")}</dict></plist>
`;
}

function put(file: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
}
