import * as z from "zod";
import { WorkflowDefinition } from "../model/workflow-definition.ts";

/** A workflow's id, as its file gives it; also its key in the library. */
export const WorkflowId = WorkflowDefinition.shape.id;

/** The text of a workflow file as a person opened it. */
export const WorkflowText = z.strictObject({
  text: z.string().max(3_000_000),
  /** For messages. */
  fileName: z.string().min(1).max(300),
  /** Absolute; null where the host does not tell it (a browser). Relative folders begin at its folder. */
  path: z.string().min(1).max(4_000).nullable().default(null),
});
export type WorkflowText = z.infer<typeof WorkflowText>;

/** Which workflow is meant: a copy in the library, a bundled sample, or a text. */
export const WorkflowChoice = z.discriminatedUnion("from", [
  z.strictObject({ from: z.literal("library"), workflowId: WorkflowId }),
  z.strictObject({ from: z.literal("sample"), sampleId: WorkflowId }),
  z.strictObject({ from: z.literal("text"), ...WorkflowText.shape }),
]);
export type WorkflowChoice = z.infer<typeof WorkflowChoice>;
