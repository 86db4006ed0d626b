import { useEffect, type ReactNode } from "react";
import { holdStepClock } from "./step-clock.ts";
import styles from "./StatusIcon.module.css";

/** An open arc that turns in steps of the shared 4 Hz clock, so that no element animates by itself. */
export function RunningGlyph({ size }: { size: number }): ReactNode {
  useEffect(holdStepClock, []);
  return (
    <svg
      className={styles.arc}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.6"
      strokeLinecap="round"
    >
      <circle cx="12" cy="12" r="9" opacity="0.25" />
      <path d="M12 3a9 9 0 0 1 9 9" />
    </svg>
  );
}
