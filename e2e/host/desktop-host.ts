import * as z from "zod";
import { ask } from "../ask.ts";
import { launchApp, productBundle, type LaunchedApp } from "../desktop.ts";
import { RecoverySeen } from "../read-database.ts";
import type { Host } from "./host.ts";
import type { ErrorBook } from "./page-errors.ts";
import type { TestFolder } from "./test-folder.ts";

const SeenAtWindows = z.array(RecoverySeen.extend({ title: z.string() }));

export interface DesktopHost extends Host {
  /** The app as it was started last. */
  readonly app: () => LaunchedApp;
  /** Starts it with more hooks, or another build, and waits for no window. */
  readonly launch: (
    hooks?: readonly string[],
    build?: { readonly main: string },
  ) => Promise<LaunchedApp>;
  readonly end: () => Promise<void>;
}

/** The main process, its preload and the screens as they are shipped, on Electron or the stand-in. */
export function openDesktopHost(folder: TestFolder, book: ErrorBook): DesktopHost {
  let launched: LaunchedApp | null = null;
  const app = (): LaunchedApp => {
    if (launched === null) throw new Error("The app was not started.");
    return launched;
  };
  const launch: DesktopHost["launch"] = async (hooks = [], build = { main: productBundle }) => {
    launched = await launchApp(
      {
        dataFolder: folder.data,
        ...build,
        hooks: ["recovery-at-windows.cjs", ...hooks],
        env: { HOME: folder.home },
      },
      book,
    );
    return launched;
  };
  return {
    kind: "desktop",
    folder,
    app,
    expectError: book.expect,
    launch,
    start: async (hooks) => (await launch(hooks)).page(),
    kill: () => app().kill(),
    request: async (name, input) => ask(await app().page(), name, input),
    async seenBeforeScreens() {
      const seen = await app().app.evaluate(
        () => (globalThis as { recoveryAtWindows?: unknown }).recoveryAtWindows,
      );
      // A start-up window may have come before.
      const main = SeenAtWindows.parse(seen).find(({ title }) => title === "Handshake");
      if (main === undefined) throw new Error("No main window was constructed.");
      return main;
    },
    end: async () => launched?.kill(),
  };
}
