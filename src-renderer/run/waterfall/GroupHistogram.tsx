import type { ReactNode } from "react";
import { formatCompact } from "../../format/quantity.ts";
import { StatusIcon } from "../../status/StatusIcon.tsx";
import { statusColour } from "../../status/status-style.ts";
import type { GroupSummary } from "./timeline.ts";
import styles from "./Waterfall.module.css";

/** There is no room for more beside the name; the bar and the row's words have them all. */
const mostShown = 3;

/** How many siblings are in which status, what needs attention first. The row says it in words as well. */
export function GroupHistogram({ counts }: Pick<GroupSummary, "counts">): ReactNode {
  return (
    <span className={styles.histogram} aria-hidden="true">
      {counts.slice(0, mostShown).map(({ status, count }) => (
        <span key={status} className={styles.count} style={{ color: statusColour(status) }}>
          <StatusIcon status={status} size={12} />
          {formatCompact(count)}
        </span>
      ))}
    </span>
  );
}
