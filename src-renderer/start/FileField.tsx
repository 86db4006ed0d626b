import { FolderOpen } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../ui/Button.tsx";
import { useFilePicker } from "./use-workflow-file.ts";
import styles from "./FileField.module.css";

/** A button that opens the file chooser. */
export function FileField(props: {
  readonly label: string;
  readonly onFile: (file: File) => void;
}): ReactNode {
  const picker = useFilePicker(props.onFile);
  return (
    <>
      <Button icon={<FolderOpen size={15} aria-hidden="true" />} onClick={picker.open}>
        {props.label}
      </Button>
      <input
        {...picker.field}
        type="file"
        accept=".handshake,.json,application/json"
        className={styles.field}
        tabIndex={-1}
        aria-hidden="true"
      />
    </>
  );
}
