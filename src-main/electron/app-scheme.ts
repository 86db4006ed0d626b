import { protocol } from "electron";

/** Before the app is ready, or never. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: "app",
      // Compiled scripts are kept, as they are for pages of the web.
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}
