import { useState, type ReactNode } from "react";
import type { RememberedGrant } from "../../app/contract/settings.ts";
import { api } from "../api.ts";
import { formatMoment, parseTime } from "../format/time.ts";
import { settingsMessages } from "../messages/settings-messages.ts";
import { uiMessages } from "../messages/ui-messages.ts";
import { readNow } from "../store/second-clock.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import { useAnswer } from "./use-answer.ts";
import styles from "./SettingsParts.module.css";

const words = settingsMessages.permissions;

/** What was allowed always, and how to take it back. */
export function PermissionsSection(): ReactNode {
  const { value, error, refresh } = useAnswer("permissions.list");
  const [failure, setFailure] = useState<string | null>(null);
  const revoke = async ({ definitionHash, capability }: RememberedGrant): Promise<void> => {
    const answer = await api.request("permissions.revoke", { definitionHash, capability });
    setFailure(answer.ok ? null : answer.error.message);
    refresh();
  };
  return (
    <div className={styles.section}>
      <p className={styles.muted}>{words.text}</p>
      {(error ?? failure) !== null && <Notice tone="error">{error ?? failure}</Notice>}
      {value === null && error === null && <p className={styles.muted}>{uiMessages.loading}</p>}
      {value?.grants.length === 0 && <p className={styles.muted}>{words.none}</p>}
      <ul>
        {value?.grants.map((grant) => (
          <li key={`${grant.definitionHash} ${grant.capability}`} className={styles.row}>
            <span className={styles.grow}>
              <Prose>{grant.words}</Prose>
              <span className={styles.of}>{grant.workflowName}</span>
            </span>
            <span className={styles.muted}>
              {words.granted(formatMoment(parseTime(grant.grantedAt), readNow()))}
            </span>
            <Button
              size="small"
              aria-label={words.revokeNamed(grant.words, grant.workflowName)}
              onClick={() => void revoke(grant)}
            >
              {words.revoke}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
