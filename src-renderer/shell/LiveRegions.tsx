import type { ReactNode } from "react";
import { useStoreValue } from "../store/use-store-value.ts";
import { assertiveText, politeText } from "./announcer.ts";
import styles from "./LiveRegions.module.css";

export function LiveRegions(): ReactNode {
  return (
    <>
      <div className={styles.region} aria-live="polite" aria-atomic="true">
        {useStoreValue(politeText)}
      </div>
      <div className={styles.region} aria-live="assertive" aria-atomic="true">
        {useStoreValue(assertiveText)}
      </div>
    </>
  );
}
