import { useRef, type ReactNode } from "react";
import type { WorkflowText } from "../../app/contract/workflow-choice.ts";
import { startMessages as words } from "../messages/start-messages.ts";
import { Button } from "../ui/Button.tsx";
import { Prose } from "../ui/Prose.tsx";
import { Sheet } from "../ui/Sheet.tsx";

/** Another file of the same id is in the library: nothing is replaced without a word. */
export function ReplaceSheet(props: {
  readonly file: WorkflowText;
  readonly onReplace: () => void;
  readonly onClose: () => void;
}): ReactNode {
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <Sheet
      title={words.replaceTitle}
      isOpen
      onClose={props.onClose}
      focusFirst={cancel}
      footer={
        <>
          <Button ref={cancel} onClick={props.onClose}>
            {words.cancel}
          </Button>
          <Button look="primary" onClick={props.onReplace}>
            {words.replace}
          </Button>
        </>
      }
    >
      <p>
        <Prose>{words.replaceText(props.file.fileName)}</Prose>
      </p>
    </Sheet>
  );
}
