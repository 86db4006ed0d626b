export interface ReleasePlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The machine that packs. */
  readonly platform: NodeJS.Platform;
  /** The names of the migrations. */
  readonly migrations: readonly string[];
}

/** What electron-builder is told beside its file. Throws for a feed that the app would not ask. */
export function releaseOptions({ env, platform, migrations }: ReleasePlace): string[] {
  const url = env["HANDSHAKE_UPDATE_URL"] ?? "";
  return [
    "--publish=never",
    ...(url === "" ? [] : feedOptions(url, migrations)),
    ...(platform === "darwin" && !canSign(env) ? adHoc : []),
  ];
}

function feedOptions(url: string, migrations: readonly string[]): string[] {
  if (!URL.canParse(url) || new URL(url).protocol !== "https:") {
    throw new Error(`HANDSHAKE_UPDATE_URL must be an https address, not ${url}.`);
  }
  const numbers = migrations.map((name) => Number.parseInt(name, 10));
  return [
    "-c.publish.provider=generic",
    `-c.publish.url=${url}`,
    `-c.releaseInfo.vendor.schemaVersion=${Math.max(...numbers)}`,
  ];
}

function canSign(env: ReleasePlace["env"]): boolean {
  return [env["CSC_LINK"], env["CSC_NAME"]].some((value) => value !== undefined && value !== "");
}

// Apple's processors run nothing unsigned, and a changed fuse breaks Electron's own signature. The hardened
// runtime would refuse a native module that no team signed.
const adHoc = ["-c.mac.identity=-", "-c.mac.hardenedRuntime=false"];
