import {
  Biohazard,
  Ban,
  Circle,
  CircleCheck,
  CircleDashed,
  CircleX,
  Clock,
  ShieldCheck,
  Unlink,
  UserRound,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";
import { RunningGlyph } from "./RunningGlyph.tsx";
import { statusColour, type ShownStatus } from "./status-style.ts";
import styles from "./StatusIcon.module.css";

/** The shape of a status; always shown beside its word, so it is hidden from assistive technology. */
export function StatusIcon({
  status,
  size = 15,
}: {
  status: ShownStatus;
  size?: number;
}): ReactNode {
  return (
    <span className={styles.icon} style={{ color: statusColour(status) }} aria-hidden="true">
      {glyphOf(status, size)}
    </span>
  );
}

function glyphOf(status: ShownStatus, size: number): ReactNode {
  if (status === "running") return <RunningGlyph size={size} />;
  if (status === "completed_with_issues") return <CheckWithMark size={size} />;
  const Glyph = glyphs[status];
  return <Glyph size={size} strokeWidth={2.2} absoluteStrokeWidth={false} />;
}

const glyphs: Readonly<
  Record<Exclude<ShownStatus, "running" | "completed_with_issues">, LucideIcon>
> = {
  queued: Clock,
  stalled: Unlink,
  awaiting_user: UserRound,
  awaiting_validation: ShieldCheck,
  completed: CircleCheck,
  failed: CircleX,
  cancelled: Ban,
  poisoned: Biohazard,
  pending: Circle,
  skipped: CircleDashed,
};

function CheckWithMark({ size }: { size: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor">
      <path
        d="M16 3.5a9.5 9.5 0 1 0 5.5 8.5M8 12l3 3 6-6.5M21 2.5v4.5M21 10v.01"
        strokeWidth="2.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
