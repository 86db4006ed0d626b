import { Menu } from "@base-ui/react/menu";
import { Ellipsis } from "lucide-react";
import type { ReactNode } from "react";
import { uiMessages } from "../messages/ui-messages.ts";
import { classNames } from "./class-names.ts";
import styles from "./ActionMenu.module.css";

export interface MenuAction {
  readonly label: string;
  readonly onSelect: () => void;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  readonly hint?: string;
}

/** The actions that are not the primary one, behind an ellipsis. */
export function ActionMenu(props: {
  readonly label?: string;
  readonly actions: readonly MenuAction[];
}): ReactNode {
  if (props.actions.length === 0) return null;
  const label = props.label ?? uiMessages.more;
  return (
    <Menu.Root>
      <Menu.Trigger className={styles.trigger} aria-label={label} title={label}>
        <Ellipsis size={16} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={styles.positioner} sideOffset={4} align="end">
          <Menu.Popup className={styles.popup}>
            {props.actions.map((action) => (
              <Menu.Item
                key={action.label}
                className={classNames(styles.item, action.isDangerous === true && styles.dangerous)}
                disabled={action.isDisabled === true}
                onClick={action.onSelect}
              >
                <span>{action.label}</span>
                {action.hint !== undefined && <span className={styles.hint}>{action.hint}</span>}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
