import {
  FileInput,
  FileOutput,
  Globe,
  KeyRound,
  SquareTerminal,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";
import type { CapabilityFamily } from "../../app/model/capability.ts";
import type { WorkflowSummary } from "../../app/contract/workflows.ts";
import { startMessages as words } from "../messages/start-messages.ts";
import { Chip } from "../ui/Chip.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Prose } from "../ui/Prose.tsx";
import styles from "./WantedList.module.css";

const icons: Readonly<Record<CapabilityFamily, LucideIcon>> = {
  net: Globe,
  shell: SquareTerminal,
  "fs.read": FileInput,
  "fs.write": FileOutput,
  secret: KeyRound,
};

/** What a workflow may do outside of Handshake, one line each, in plain words. */
export function WantedList({ summary }: { readonly summary: WorkflowSummary }): ReactNode {
  if (summary.capabilities.length === 0) {
    return <p className={styles.none}>{words.wantsNothing}</p>;
  }
  const hasFolders = summary.capabilities.some((wanted) => wanted.family.startsWith("fs."));
  return (
    <section className={styles.wanted}>
      <h3>{words.wants}</h3>
      {summary.isChangedSinceGrant && (
        <Notice tone="warning" isLive={false}>
          {words.changed}
        </Notice>
      )}
      <ul>
        {summary.capabilities.map((wanted) => {
          const Icon = icons[wanted.family];
          return (
            <li key={wanted.capability} className={styles.line}>
              <Icon size={15} aria-hidden="true" />
              <span>
                <Prose>{wanted.words}</Prose>
              </span>
              {wanted.isRemembered && <Chip>{words.remembered}</Chip>}
            </li>
          );
        })}
      </ul>
      {hasFolders && (
        <p className={styles.none}>
          <Prose>{words.baseDir(summary.baseDir)}</Prose>
        </p>
      )}
    </section>
  );
}
