import type { ReactNode } from "react";
import { modKey } from "./mod-key.ts";
import styles from "./KeyHint.module.css";

/** The keys that press a button, on the button; who hears the screen is told by aria-keyshortcuts. */
export function KeyHint({ keys }: { readonly keys: string }): ReactNode {
  return (
    <kbd className={styles.keys} aria-hidden="true">
      {keys.replace("Mod", modKey())}
    </kbd>
  );
}
