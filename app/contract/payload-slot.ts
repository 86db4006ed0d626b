import * as z from "zod";

/** Which payload: a run's, a node's, or a sub-step's. */
export const PayloadSlot = z.discriminatedUnion("of", [
  z.strictObject({ of: z.literal("run"), runId: z.uuid(), slot: z.enum(["input", "output"]) }),
  z.strictObject({
    of: z.literal("node"),
    nodeExecutionId: z.uuid(),
    slot: z.enum(["input", "output", "answer"]),
  }),
  z.strictObject({
    of: z.literal("step"),
    nodeExecutionId: z.uuid(),
    name: z.string().min(1).max(200),
    n: z.number().int().positive(),
  }),
]);
export type PayloadSlot = z.infer<typeof PayloadSlot>;
