/** ELECTRON_HOST_DEBUG=1 shows what happens between the stand-in and Chromium. */
export const debugLog: (...parts: readonly unknown[]) => void =
  process.env["ELECTRON_HOST_DEBUG"] === "1"
    ? (...parts) => process.stderr.write(`[electron-host] ${parts.map(String).join(" ")}\n`)
    : () => undefined;
