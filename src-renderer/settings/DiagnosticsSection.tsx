import type { ReactNode } from "react";
import { formatCount } from "../format/quantity.ts";
import { formatPreciseClock, formatWholeTime, parseTime } from "../format/time.ts";
import { settingsMessages } from "../messages/settings-messages.ts";
import { runStore } from "../run-store.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { FactList } from "../ui/FactList.tsx";
import { Prose } from "../ui/Prose.tsx";
import { DiagnosticsFile } from "./DiagnosticsFile.tsx";
import { useAnswer } from "./use-answer.ts";
import styles from "./SettingsParts.module.css";

const words = settingsMessages.diagnostics;

/** How the engine is, what it noticed, and a file of it for somebody who helps. */
export function DiagnosticsSection(): ReactNode {
  const engine = useStoreValue(runStore.engine);
  const { value: info } = useAnswer("data.info");
  return (
    <div className={styles.section}>
      {engine !== null && (
        <FactList
          facts={[
            [words.engine, words.states[engine.state]],
            [words.version, engine.appVersion],
            [words.since, formatWholeTime(parseTime(engine.startedAt))],
            [words.active, formatCount(engine.activeRuns)],
            [words.pid, String(engine.pid)],
            info === null ? null : [words.platform, `${info.app.platform}, Node ${info.app.node}`],
          ]}
        />
      )}
      <h3 className={styles.head}>{words.notices}</h3>
      {engine?.notices.length === 0 && <p className={styles.muted}>{words.noNotices}</p>}
      {engine !== null && engine.notices.length > 0 && (
        <ul>
          {engine.notices.map((notice) => (
            <li key={notice.number} className={styles.row}>
              <span className={styles.muted}>{formatPreciseClock(parseTime(notice.at))}</span>
              <span className={styles.grow}>
                <code>{notice.code}</code> <Prose>{notice.message}</Prose>
              </span>
              {notice.times > 1 && (
                <span className={styles.muted}>{words.times(notice.times)}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      <DiagnosticsFile />
    </div>
  );
}
