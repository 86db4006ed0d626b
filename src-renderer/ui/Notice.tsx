import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import styles from "./Notice.module.css";

/** A line across the page that says what is wrong or new, and what can be done about it. */
export function Notice(props: {
  readonly tone: "info" | "warning" | "error";
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  /** Errors are announced at once; the rest waits for a pause. */
  readonly isLive?: boolean;
}): ReactNode {
  const Icon =
    props.tone === "info" ? Info : props.tone === "warning" ? TriangleAlert : CircleAlert;
  const role = props.tone === "error" ? "alert" : "status";
  return (
    <div
      className={classNames(styles.notice, styles[props.tone])}
      {...(props.isLive === false ? {} : { role })}
    >
      <Icon size={16} className={styles.icon} aria-hidden="true" />
      <div className={styles.text}>{props.children}</div>
      {props.actions !== undefined && <div className={styles.actions}>{props.actions}</div>}
    </div>
  );
}
