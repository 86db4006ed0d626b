import type { ReactNode } from "react";
import { Link } from "wouter";
import { settingsMessages as words } from "../messages/settings-messages.ts";
import { DataSection } from "./DataSection.tsx";
import { DiagnosticsSection } from "./DiagnosticsSection.tsx";
import { GeneralSection } from "./GeneralSection.tsx";
import { PermissionsSection } from "./PermissionsSection.tsx";
import { SecretsSection } from "./SecretsSection.tsx";
import { UpdatesSection } from "./UpdatesSection.tsx";
import styles from "./SettingsScreen.module.css";

const sections = ["general", "data", "secrets", "permissions", "updates", "diagnostics"] as const;
type Section = (typeof sections)[number];

export function SettingsScreen(props: { readonly section: string }): ReactNode {
  const section = sections.find((one) => one === props.section) ?? "general";
  return (
    <div className={styles.screen}>
      <nav aria-label={words.title}>
        <h1 className={styles.title}>{words.title}</h1>
        <ul className={styles.sections}>
          {sections.map((one) => (
            <li key={one}>
              <Link
                href={`/settings/${one}`}
                className={styles.link}
                {...(one === section ? { "aria-current": "page" as const } : {})}
              >
                {words.sections[one]}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <section className={styles.content} aria-label={words.sections[section]}>
        <h2 className={styles.name}>{words.sections[section]}</h2>
        {contentOf(section)}
      </section>
    </div>
  );
}

function contentOf(section: Section): ReactNode {
  switch (section) {
    case "general":
      return <GeneralSection />;
    case "data":
      return <DataSection />;
    case "secrets":
      return <SecretsSection />;
    case "permissions":
      return <PermissionsSection />;
    case "updates":
      return <UpdatesSection />;
    case "diagnostics":
      return <DiagnosticsSection />;
  }
}
