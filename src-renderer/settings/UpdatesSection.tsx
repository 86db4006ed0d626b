import { useState, type ReactNode } from "react";
import { Settings } from "../../app/contract/settings.ts";
import type { UpdateState } from "../../app/contract/update.ts";
import { api } from "../api.ts";
import { formatMoment, parseTime } from "../format/time.ts";
import { settingsMessages } from "../messages/settings-messages.ts";
import { updateMessages as words } from "../messages/update-messages.ts";
import { runStore } from "../run-store.ts";
import { readNow } from "../store/second-clock.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Button } from "../ui/Button.tsx";
import { FactList } from "../ui/FactList.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Choice } from "./Choice.tsx";
import styles from "./SettingsParts.module.css";

/** Whether newer versions are looked for, and how it stands. The bar above the screens does the rest. */
export function UpdatesSection(): ReactNode {
  const engine = useStoreValue(runStore.engine);
  if (engine === null) return null;
  const { update } = engine;
  return (
    <div className={styles.section}>
      <FactList facts={[[words.version, engine.appVersion]]} />
      {update.state === "unavailable" ? (
        <p className={styles.muted}>{words.unavailable[update.reason]}</p>
      ) : (
        <Looking update={update} />
      )}
    </div>
  );
}

function Looking({ update }: { readonly update: UpdateState }): ReactNode {
  const { checkForUpdates } = useStoreValue(runStore.settings.settings);
  const [error, setError] = useState<string | null>(null);
  const mayLook = update.state === "idle" || update.state === "failed";
  return (
    <>
      {error !== null && (
        <Notice tone="error">
          {settingsMessages.failed} {error}
        </Notice>
      )}
      <Choice
        label={words.look}
        hint={words.lookHint}
        value={checkForUpdates}
        options={Settings.shape.checkForUpdates
          .unwrap()
          .options.map((one) => [one, words.looks[one]])}
        onChange={(value) => {
          const chosen = Settings.shape.checkForUpdates.parse(value);
          void runStore.settings.change({ checkForUpdates: chosen }).then((answer) => {
            setError(answer.ok ? null : answer.error.message);
          });
        }}
      />
      <p role="status" className={styles.muted}>
        {standing(update)}
      </p>
      <div className={styles.buttons}>
        <Button
          disabled={!mayLook}
          onClick={() => void api.request("update.act", { action: "check" })}
        >
          {words.check}
        </Button>
      </div>
      {mayLook && <p className={styles.muted}>{words.asks(update.host)}</p>}
    </>
  );
}

function standing(update: UpdateState): string {
  switch (update.state) {
    case "unavailable":
      return words.unavailable[update.reason];
    case "idle":
      if (update.newest === null) return words.notLooked;
      return words.isNewest(formatMoment(parseTime(update.newest.checkedAt), readNow()));
    case "checking":
      return words.checking;
    case "available":
      return words.available(update.version);
    case "downloading":
      return words.downloading(update.version, Math.floor(update.fraction * 100));
    case "ready":
    case "waiting":
      return words.ready(update.version);
    case "failed":
      return words.failed(update.message);
  }
}
