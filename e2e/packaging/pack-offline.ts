import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Arch, build, Platform, type AfterPackContext, type Configuration } from "electron-builder";
import * as z from "zod";
import { makeDistribution, type DistributionPlatform } from "./made-up-distribution.ts";

// Packs for all platforms as a release does, but with a made-up Electron and without installers, so that
// nothing is fetched: `node pack-offline.ts FOLDER`. `--without files LINE` and `--without asarUnpack LINE`
// make a mutant that leaves a line of that list out, for Linux only.

const Platforms = z.enum(["linux", "win32", "darwin"]) satisfies z.ZodType<DistributionPlatform>;
interface DesktopEntryWriter {
  computeDesktopEntry(options: unknown): Promise<unknown>;
}
const LinuxPart = z.object({
  LinuxTargetHelper: z.custom<new (packager: object) => DesktopEntryWriter>(
    (value) => typeof value === "function",
  ),
});

/** electron-builder has made a list of lines a set of files with these lines as its filter. */
const Lines = z.union([
  z.custom<unknown[]>((lines) => Array.isArray(lines)),
  z
    .object({ filter: z.custom<unknown[]>((lines) => Array.isArray(lines)) })
    .transform(({ filter }) => filter),
]);

const [folder = "", flag, list, left] = process.argv.slice(2);
const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const packages = join(folder, "packages");

/** For each platform another architecture, so that ${arch} shows. The one for Linux is to run here. */
const all = new Map([
  [Platform.LINUX, process.arch === "arm64" ? Arch.arm64 : Arch.x64],
  [Platform.WINDOWS, Arch.x64],
  [Platform.MAC, Arch.arm64],
]);
const isMutant = flag === "--without";
const targets = new Map(
  [...all]
    .filter(([platform]) => !isMutant || platform === Platform.LINUX)
    .map(([platform, arch]) => [platform, new Map([[arch, ["dir"]]])]),
);

const config: Configuration = {
  directories: { output: packages },
  electronDist: ({ platformName }) => distributionOf(platformName),
  afterPack: writeDesktopEntry,
  ...(isMutant ? { beforePack: ({ packager }) => leaveOut(packager.config) } : {}),
};
// A machine that could sign must not: the test is to be the same everywhere.
process.env["CSC_IDENTITY_AUTO_DISCOVERY"] = "false";
// Where a hook fails, electron-builder would fetch the real Electron instead.
Socket.prototype.connect = () => {
  throw new Error("The packing reached for the network.");
};
await build({ projectDir, targets, config, publish: "never" });

function distributionOf(platform: string): string {
  const made = join(folder, `distribution-${platform}`);
  mkdirSync(made);
  makeDistribution(Platforms.parse(platform), made);
  return made;
}

/** In the configuration's own lists, which the packing reads after this hook. */
function leaveOut({ files, asarUnpack }: Configuration): void {
  const given: unknown[] = list === "asarUnpack" ? [asarUnpack] : [files].flat();
  const lists = given.map((lines) => Lines.parse(lines)).filter((lines) => lines.includes(left));
  if (lists.length !== 1) throw new Error(`No line of ${list} is ${left}.`);
  for (const lines of lists) lines.splice(lines.indexOf(left), 1);
}

/** What the installers for Linux would put among the applications; packing without one makes none. */
async function writeDesktopEntry({ packager, electronPlatformName }: AfterPackContext) {
  if (electronPlatformName !== "linux") return;
  // A part of electron-builder that has no public name.
  const require = createRequire(createRequire(import.meta.url).resolve("electron-builder"));
  const part: unknown = require("app-builder-lib/out/targets/LinuxTargetHelper");
  const { LinuxTargetHelper } = LinuxPart.parse(part);
  const options: unknown = packager.platformSpecificBuildOptions;
  const entry: unknown = await new LinuxTargetHelper(packager).computeDesktopEntry(options);
  writeFileSync(join(folder, "handshake.desktop"), z.string().parse(entry));
}
