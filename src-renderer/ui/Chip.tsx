import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import styles from "./Chip.module.css";

/** A small derived fact beside a status, such as `retrying (2/5)`. */
export function Chip(props: {
  readonly tone?: "plain" | "warning" | "danger";
  readonly title?: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span className={classNames(styles.chip, styles[props.tone ?? "plain"])} title={props.title}>
      {props.children}
    </span>
  );
}
