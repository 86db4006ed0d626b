import { Settings, type SettingsChange } from "../../app/contract/settings.ts";
import type { ApiResult } from "../api-result.ts";
import type { ApiClient } from "../link/api-client.ts";
import { createStoreValue, type StoreValue } from "./store-value.ts";

export interface SettingsWatch {
  /** The defaults until they were read. */
  readonly settings: StoreValue<Settings>;
  refresh(): void;
  change(change: SettingsChange): Promise<ApiResult<unknown>>;
}

export function watchSettings(client: ApiClient): SettingsWatch {
  const settings = createStoreValue<Settings>(Settings.parse({}));
  return {
    settings,
    refresh: () => {
      void client.request("settings.get", {}).then((answer) => {
        if (answer.ok) settings.set(answer.value.settings);
      });
    },
    change: async (change) => {
      const answer = await client.request("settings.set", { change });
      if (answer.ok) settings.set(answer.value.settings);
      return answer;
    },
  };
}
