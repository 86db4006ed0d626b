import type { ReactNode } from "react";
import { shellMessages } from "../messages/shell-messages.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { refusedOpening } from "./follow-openings.ts";
import styles from "./ConnectionBars.module.css";

/** Says that a link or a file was not opened, and why. */
export function RefusedOpening(): ReactNode {
  const message = useStoreValue(refusedOpening);
  if (message === null) return null;
  return (
    <div className={styles.bars}>
      <Notice
        tone="warning"
        actions={
          <Button size="small" onClick={() => refusedOpening.set(null)}>
            {shellMessages.dismiss}
          </Button>
        }
      >
        {message}
      </Notice>
    </div>
  );
}
