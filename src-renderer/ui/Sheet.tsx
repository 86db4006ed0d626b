import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { uiMessages } from "../messages/ui-messages.ts";
import { IconButton } from "./Button.tsx";
import { classNames } from "./class-names.ts";
import styles from "./Sheet.module.css";

export interface SheetProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What takes the focus on opening; the first control when absent. */
  readonly focusFirst?: RefObject<HTMLElement | null>;
  readonly footer?: ReactNode;
  readonly width?: "narrow" | "wide";
  readonly children: ReactNode;
}

/** A modal sheet: traps the focus, closes on Escape, gives the focus back to its opener. */
export function Sheet(props: SheetProps): ReactNode {
  const { title, description, isOpen, onClose, focusFirst, footer, width = "narrow" } = props;
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup
          className={classNames(styles.popup, styles[width])}
          {...(focusFirst === undefined ? {} : { initialFocus: focusFirst })}
        >
          <header className={styles.header}>
            <Dialog.Title className={styles.title}>{title}</Dialog.Title>
            <IconButton label={uiMessages.close} icon={<X size={16} />} onClick={onClose} />
          </header>
          {description !== undefined && (
            <Dialog.Description className={styles.description}>{description}</Dialog.Description>
          )}
          <div className={styles.body}>{props.children}</div>
          {footer !== undefined && <footer className={styles.footer}>{footer}</footer>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
