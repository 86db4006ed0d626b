import * as z from "zod";

// What scripts read of the command line's JSON (docs/command-line.md).

const Time = z.iso.datetime();

/** The part of `show --json` that scripts look at (docs/command-line.md). */
export const ShownRun = z.object({
  run: z.object({ id: z.string(), status: z.string(), lastHeartbeatAt: Time.nullable() }),
  nodes: z.array(
    z.object({
      nodeId: z.string(),
      status: z.string(),
      finishedAt: Time.nullable(),
      attempts: z.array(z.object({ number: z.number(), status: z.string() })),
    }),
  ),
  events: z.array(
    z.object({
      seq: z.number(),
      type: z.string(),
      at: Time,
      nodeId: z.string().nullable(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      data: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type ShownRun = z.infer<typeof ShownRun>;

/** A line of `run --json` and its kin. */
export const RunLine = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("event"),
    runId: z.string(),
    event: z.string(),
    nodeId: z.string().nullable(),
    to: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  }),
  z.object({ type: z.literal("log"), nodeId: z.string(), text: z.string() }),
  z.object({
    type: z.literal("result"),
    runId: z.string(),
    status: z.string(),
    output: z.unknown(),
  }),
]);

/** The part of `recover --json` that scripts look at. */
export const Recovery = z.object({
  stalled: z.array(z.object({ reason: z.string(), lastHeartbeatAt: z.iso.datetime().nullable() })),
});
