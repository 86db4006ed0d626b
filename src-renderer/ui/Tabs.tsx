import { Tabs as BaseTabs } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import styles from "./Tabs.module.css";

export interface TabEntry {
  readonly id: string;
  readonly name: string;
  readonly content: ReactNode;
}

/** Tabs with their panels; only the open panel is drawn. */
export function Tabs(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
  readonly tabs: readonly TabEntry[];
}): ReactNode {
  return (
    <BaseTabs.Root value={props.value} onValueChange={(id: unknown) => props.onChange(String(id))}>
      <BaseTabs.List className={styles.list} aria-label={props.label} activateOnFocus>
        {props.tabs.map((tab) => (
          <BaseTabs.Tab key={tab.id} value={tab.id} className={styles.tab}>
            {tab.name}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {props.tabs.map((tab) => (
        <BaseTabs.Panel key={tab.id} value={tab.id} className={styles.panel}>
          {tab.id === props.value ? tab.content : null}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}
