import type { ReactNode } from "react";
import { safeText } from "../../app/model/safe-text.ts";
import styles from "./Prose.module.css";

/** A message in which `backticks` mark names; nothing else is markup, so hostile text stays text. */
export function Prose({ children }: { children: string }): ReactNode {
  const parts = safeText(children, { lines: "keep" }).split("`");
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          // The parts of one message never change places.
          <code key={index} className={styles.code}>
            {part}
          </code>
        ) : (
          part
        ),
      )}
    </>
  );
}
