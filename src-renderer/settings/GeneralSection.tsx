import { useState, type ReactNode } from "react";
import { Settings, type SettingsChange } from "../../app/contract/settings.ts";
import { settingsMessages } from "../messages/settings-messages.ts";
import { runStore } from "../run-store.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Notice } from "../ui/Notice.tsx";
import { Choice } from "./Choice.tsx";
import styles from "./SettingsParts.module.css";

const words = settingsMessages.general;

/** Takes effect at once; what could not be saved says so. */
export function GeneralSection(): ReactNode {
  const settings = useStoreValue(runStore.settings.settings);
  const [error, setError] = useState<string | null>(null);
  const change = (part: SettingsChange): void => {
    void runStore.settings.change(part).then((answer) => {
      setError(answer.ok ? null : answer.error.message);
    });
  };
  return (
    <div className={styles.section}>
      {error !== null && (
        <Notice tone="error">
          {settingsMessages.failed} {error}
        </Notice>
      )}
      <div>
        <Choice
          label={words.theme}
          value={settings.theme}
          options={Settings.shape.theme.unwrap().options.map((one) => [one, words.themes[one]])}
          onChange={(value) => change({ theme: Settings.shape.theme.parse(value) })}
        />
        <Choice
          label={words.density}
          value={String(settings.density)}
          options={[
            ["36", words.densities[36]],
            ["28", words.densities[28]],
          ]}
          onChange={(value) => change({ density: value === "28" ? 28 : 36 })}
        />
        <Choice
          label={words.onLaunch}
          hint={words.onLaunchHint}
          value={settings.onLaunch}
          options={Settings.shape.onLaunch
            .unwrap()
            .options.map((one) => [one, words.launches[one]])}
          onChange={(value) => change({ onLaunch: Settings.shape.onLaunch.parse(value) })}
        />
        <Choice
          label={words.keepAwake}
          value={settings.keepAwake}
          options={Settings.shape.keepAwake.unwrap().options.map((one) => [one, words.awakes[one]])}
          onChange={(value) => change({ keepAwake: Settings.shape.keepAwake.parse(value) })}
        />
        <OnOff
          label={words.notifications}
          hint={words.notificationsHint}
          isOn={settings.notifications}
          onChange={(notifications) => change({ notifications })}
        />
        <OnOff
          label={words.singleKeys}
          hint={words.singleKeysHint}
          isOn={settings.singleKeys}
          onChange={(singleKeys) => change({ singleKeys })}
        />
      </div>
    </div>
  );
}

function OnOff(props: {
  readonly label: string;
  readonly hint: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}): ReactNode {
  return (
    <Choice
      label={props.label}
      hint={props.hint}
      value={props.isOn ? "on" : "off"}
      options={[
        ["on", words.on],
        ["off", words.off],
      ]}
      onChange={(value) => props.onChange(value === "on")}
    />
  );
}
