import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { keyboardMessages } from "../messages/keyboard-messages.ts";
import { useStoreValue } from "../store/use-store-value.ts";
import { Sheet } from "../ui/Sheet.tsx";
import { isCheatSheetOpen, openCheatSheet } from "./cheat-sheet-state.ts";
import { modKey } from "./mod-key.ts";
import { useShortcuts } from "./use-shortcuts.ts";
import styles from "./CheatSheet.module.css";

/** Which key does what; opened by `?` from everywhere. */
export function CheatSheet(): ReactNode {
  const isOpen = useStoreValue(isCheatSheetOpen);
  const [, navigate] = useLocation();
  useShortcuts({
    "Shift+?": openCheatSheet,
    "?": openCheatSheet,
    "g r": () => navigate("/runs"),
    "g n": () => navigate("/needs-you"),
    "g w": () => navigate("/workflows"),
    F6: focusNextPane,
  });
  return (
    <Sheet
      title={keyboardMessages.title}
      description={keyboardMessages.note}
      width="wide"
      isOpen={isOpen}
      onClose={() => isCheatSheetOpen.set(false)}
    >
      <div className={styles.groups}>
        {keyboardMessages.groups.map((group) => (
          <section key={group.name}>
            <h3 className={styles.name}>{group.name}</h3>
            <dl>
              {group.keys.map(([keys, meaning]) => (
                <div key={keys} className={styles.line}>
                  <dt>
                    {keys.split(" ").map((key) => (
                      <kbd key={key} className={styles.key}>
                        {key === "Mod" ? modKey() : key}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Sheet>
  );
}

/** Panes carry `data-pane`; the rail is the last one. */
function focusNextPane(): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane], nav a[aria-current]")];
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  panes[(at + 1) % panes.length]?.focus();
}
