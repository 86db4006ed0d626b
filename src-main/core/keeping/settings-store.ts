import { join } from "node:path";
import { Settings, type SettingsChange } from "../../../app/contract/settings.ts";
import { dataFile } from "./data-file.ts";

export interface SettingsStore {
  get(): Settings;
  /** What is left out stays as it is. */
  change(change: SettingsChange): Settings;
}

export function openSettings(dataFolder: string, onDamage: (path: string) => void): SettingsStore {
  const file = dataFile({
    path: join(dataFolder, "settings.json"),
    schema: Settings,
    empty: Settings.parse({}),
    onDamage,
  });
  return {
    get: () => file.read(),
    change(change) {
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      file.write(Settings.parse({ ...file.read(), ...Object.fromEntries(given) }));
      return file.read();
    },
  };
}
