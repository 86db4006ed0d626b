import { useId, type ReactNode } from "react";
import type { InterruptedNode } from "../../app/contract/recovery.ts";
import { recoveryMessages as words } from "../messages/recovery-messages.ts";
import { Prose } from "../ui/Prose.tsx";
import { TextField } from "../ui/TextField.tsx";
import { readJsonText, type DraftDecision } from "./draft-decision.ts";
import styles from "./DecisionField.module.css";

const choices = [
  { action: "run_again", name: words.runAgain, hint: words.runAgainHint },
  { action: "skip_with_output", name: words.skipWithOutput, hint: words.skipHint },
  { action: "mark_done", name: words.markDone, hint: words.markDoneHint },
] as const;

/** Three ways on for one step; none is chosen at first. */
export function DecisionField(props: {
  readonly node: InterruptedNode;
  readonly draft: DraftDecision | null;
  readonly onDraft: (draft: DraftDecision) => void;
}): ReactNode {
  const { node, draft, onDraft } = props;
  const name = useId();
  const outputText = draft?.outputText ?? "";
  const output = readJsonText(outputText);
  return (
    <fieldset className={styles.field}>
      <legend className={styles.legend}>
        <Prose>{node.name}</Prose>{" "}
        <span className={styles.type}>
          {node.nodeType} · {words.attempt(node.attempt)}
        </span>
      </legend>
      {choices.map(({ action, name: choice, hint }) => (
        <label key={action} className={styles.choice} data-chosen={draft?.action === action}>
          <input
            type="radio"
            name={name}
            checked={draft?.action === action}
            onChange={() => onDraft({ action, outputText })}
          />
          <span>
            {choice}
            <span className={styles.hint}>{hint}</span>
          </span>
        </label>
      ))}
      {draft?.action === "skip_with_output" && (
        <TextField
          label={words.outputLabel}
          isCode
          rows={4}
          value={outputText}
          error={outputText === "" || output.ok ? null : words.badJson(output.problem)}
          onChange={(text) => onDraft({ action: "skip_with_output", outputText: text })}
        />
      )}
    </fieldset>
  );
}
