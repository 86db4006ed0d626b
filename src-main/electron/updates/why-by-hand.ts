import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { UpdateConfig } from "./update-config.ts";
import type { ByHand } from "./update-flow.ts";

export interface BuildPlace {
  readonly platform: NodeJS.Platform;
  readonly executable: string;
  readonly config: UpdateConfig;
  /** The system's word on the signature of a macOS program. */
  readonly describeSignature?: (executable: string) => Promise<string>;
}

/** Why this build does not replace itself; null when what replaces it is checked against its own signature. */
export async function whyByHand(place: BuildPlace): Promise<ByHand | null> {
  const { platform, executable, config, describeSignature = askCodesign } = place;
  // electron-updater compares the installer's signature with these names, and with none nothing.
  if (platform === "win32") return config.publishers.length > 0 ? null : "not_signed";
  if (platform !== "darwin") return "linux";
  // Squirrel.Mac compares the new app's signature with this one's; an ad-hoc one has no team.
  const words = await describeSignature(executable).catch(() => "");
  return /^TeamIdentifier=(?!not set)\S+$/m.test(words) ? null : "not_signed";
}

async function askCodesign(executable: string): Promise<string> {
  // It answers on its error stream.
  const program = "/usr/bin/codesign";
  const { stderr } = await promisify(execFile)(program, ["-d", "--verbose=2", executable]);
  return stderr;
}
