import { useRef, type ChangeEvent, type RefObject } from "react";
import type { WorkflowText } from "../../app/contract/workflow-choice.ts";
import { startMessages } from "../messages/start-messages.ts";

const mostBytes = 3_000_000;

export type ReadFile =
  | { readonly ok: true; readonly file: WorkflowText }
  | { readonly ok: false; readonly problem: string };

/** Reads a file that a person picked or dropped; a browser does not tell its path. */
export async function readWorkflowFile(file: File): Promise<ReadFile> {
  if (file.size > mostBytes) return { ok: false, problem: startMessages.tooLarge };
  try {
    return { ok: true, file: { text: await file.text(), fileName: file.name, path: null } };
  } catch {
    // Gone or unreadable between the choice and now; the browser tells no more.
    return { ok: false, problem: startMessages.unreadable };
  }
}

/** The hidden file field behind a button. */
export function useFilePicker(onFile: (file: File) => void): {
  readonly open: () => void;
  readonly field: {
    readonly ref: RefObject<HTMLInputElement | null>;
    readonly onChange: (event: ChangeEvent<HTMLInputElement>) => void;
  };
} {
  const ref = useRef<HTMLInputElement>(null);
  return {
    open: () => ref.current?.click(),
    field: {
      ref,
      onChange: (event) => {
        const file = event.target.files?.[0];
        // The same file can be chosen again after it was changed.
        event.target.value = "";
        if (file !== undefined) onFile(file);
      },
    },
  };
}
