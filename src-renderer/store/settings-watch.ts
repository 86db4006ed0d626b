import { Settings, type SettingsChange } from "../../app/contract/settings.ts";
import type { ApiResult } from "../api-result.ts";
import type { ApiClient } from "../link/api-client.ts";
import { createStoreValue, type StoreValue } from "./store-value.ts";

export interface SettingsWatch {
  /** The defaults until they were read. */
  readonly settings: StoreValue<Settings>;
  readonly isRead: StoreValue<boolean>;
  refresh(): void;
  change(change: SettingsChange): Promise<ApiResult<unknown>>;
}

export function watchSettings(client: ApiClient): SettingsWatch {
  const settings = createStoreValue<Settings>(Settings.parse({}));
  const isRead = createStoreValue(false);
  return {
    settings,
    isRead,
    refresh: () => {
      void client.request("settings.get", {}).then((answer) => {
        if (!answer.ok) return;
        settings.set(answer.value.settings);
        isRead.set(true);
      });
    },
    change: async (change) => {
      const answer = await client.request("settings.set", { change });
      if (answer.ok) settings.set(answer.value.settings);
      return answer;
    },
  };
}
