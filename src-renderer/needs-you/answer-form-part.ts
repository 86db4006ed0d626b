import type { NodeRow } from "../../app/contract/node-row.ts";
import type { JsonValue } from "../../app/model/json.ts";

/** What each kind of question's form is given. */
export interface AnswerFormPart {
  readonly node: NodeRow;
  readonly isBusy: boolean;
  readonly onAnswer: (answer: JsonValue) => void;
}
