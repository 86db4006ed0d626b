import * as z from "zod";
import { WorkflowText } from "./workflow-choice.ts";

/**
 * What came from outside of the window: a link, a file that was opened. It only ever leads somewhere or
 * opens the start sheet; nothing starts, and nothing is changed by it.
 */
export const Opening = z.discriminatedUnion("kind", [
  /** A place of the screens, as a route. */
  z.strictObject({ kind: z.literal("place"), path: z.string().startsWith("/").max(2_000) }),
  z.strictObject({ kind: z.literal("workflow"), file: WorkflowText }),
  /** It was not followed, and why: for the person. */
  z.strictObject({ kind: z.literal("refused"), message: z.string().max(1_000) }),
]);
export type Opening = z.infer<typeof Opening>;
