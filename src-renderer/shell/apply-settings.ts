import type { Settings } from "../../app/contract/settings.ts";

const rememberedTheme = "handshake.theme";

/** Puts theme and density on `<html>`; "system" leaves the choice to the style sheet. */
export function applySettings(settings: Pick<Settings, "theme" | "density">): void {
  const root = document.documentElement;
  root.dataset["theme"] = settings.theme;
  root.dataset["density"] = settings.density === 28 ? "compact" : "comfortable";
  // So that the next first paint has the right colours, where the host does not put them there.
  window.localStorage.setItem(rememberedTheme, settings.theme);
}

/** Before the first paint: whoever serves the page may have put the theme on `<html>` already. */
export function applyRememberedTheme(): void {
  const theme = window.localStorage.getItem(rememberedTheme);
  if (theme !== null && document.documentElement.dataset["theme"] === undefined) {
    document.documentElement.dataset["theme"] = theme;
  }
}
