import { Activity, Keyboard, Library, Settings2, Unlink, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { openCheatSheet } from "../keyboard/cheat-sheet-state.ts";
import { formatCompact, formatCount } from "../format/quantity.ts";
import { shellMessages } from "../messages/shell-messages.ts";
import { runStore } from "../run-store.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { classNames } from "../ui/class-names.ts";
import styles from "./LeftRail.module.css";

/** The places of the window, with how many runs wait in them. */
export function LeftRail(): ReactNode {
  const counters = useStoreValue(runStore.list.counters);
  const [path] = useLocation();
  const isStalledTab = new URLSearchParams(useSearch()).get("tab") === "stalled";
  const needsYou = (counters?.awaiting_user ?? 0) + (counters?.awaiting_validation ?? 0);
  const stalled = (counters?.stalled ?? 0) + (counters?.poisoned ?? 0);
  return (
    <nav className={styles.rail} aria-label={shellMessages.places}>
      <div className={styles.brand} aria-hidden="true">
        <Mark />
        <span className={styles.word}>{shellMessages.product}</span>
      </div>
      <ul className={styles.places}>
        <Place
          to="/runs"
          name={shellMessages.runs}
          icon={<Activity size={17} />}
          isCurrent={(path === "/runs" && !isStalledTab) || path.startsWith("/run/")}
        />
        <Place
          to="/needs-you"
          name={shellMessages.needsYou}
          icon={<UserRound size={17} />}
          count={needsYou}
          tone="user"
          isCurrent={path === "/needs-you"}
        />
        {stalled > 0 && (
          <Place
            to="/runs?tab=stalled"
            name={shellMessages.stalled}
            icon={<Unlink size={17} />}
            count={stalled}
            tone="stalled"
            isCurrent={path === "/runs" && isStalledTab}
          />
        )}
        <Place
          to="/workflows"
          name={shellMessages.workflows}
          icon={<Library size={17} />}
          isCurrent={path === "/workflows"}
        />
        <li className={styles.gap} aria-hidden="true" />
        <li className={styles.wideOnly}>
          <button type="button" className={styles.place} onClick={openCheatSheet}>
            <Keyboard size={17} aria-hidden="true" />
            <span className={styles.name}>{shellMessages.keyboard}</span>
          </button>
        </li>
        <Place
          to="/settings/general"
          name={shellMessages.settings}
          icon={<Settings2 size={17} />}
          isCurrent={path.startsWith("/settings")}
        />
      </ul>
    </nav>
  );
}

function Place(props: {
  readonly to: string;
  readonly name: string;
  readonly icon: ReactNode;
  readonly count?: number;
  readonly tone?: "user" | "stalled";
  readonly isCurrent: boolean;
}): ReactNode {
  const { to, name, icon, count = 0, tone, isCurrent } = props;
  return (
    <li>
      <Link
        href={to}
        className={styles.place}
        title={name}
        aria-label={count > 0 ? shellMessages.badge(name, count) : name}
        {...(isCurrent ? { "aria-current": "page" as const } : {})}
      >
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
        <span className={styles.name}>{name}</span>{" "}
        {count > 0 && (
          <span
            className={classNames(styles.count, tone !== undefined && styles[tone])}
            title={formatCount(count)}
          >
            {formatCompact(count)}
          </span>
        )}
      </Link>
    </li>
  );
}

/** Three bars of a timeline. */
function Mark(): ReactNode {
  return (
    <svg width="22" height="22" viewBox="0 0 32 32">
      <rect width="32" height="32" rx="7" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="3" strokeLinecap="round">
        <path d="M7 10.5h9" />
        <path d="M12 16h9" opacity=".75" />
        <path d="M18 21.5h7" />
      </g>
    </svg>
  );
}
