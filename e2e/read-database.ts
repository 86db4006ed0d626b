import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as z from "zod";

/** What hooks/read-recovery.mjs prints: how runs stand in the database, and what recovery wrote. */
export const RecoverySeen = z.object({
  stalled: z.number(),
  running: z.number(),
  events: z.array(z.looseObject({ to: z.string(), reason: z.string() })),
});
export type RecoverySeen = z.infer<typeof RecoverySeen>;

const SavedHistory = z.object({
  status: z.string(),
  nodes: z.array(z.object({ nodePath: z.string(), status: z.string(), attempts: z.number() })),
  /** `node: name` of each that was recorded. */
  subSteps: z.array(z.string()),
  output: z.unknown(),
  events: z.array(
    z.object({ type: z.string(), actor: z.string(), data: z.record(z.string(), z.unknown()) }),
  ),
});
/** What the newest run has saved. */
export type SavedHistory = z.infer<typeof SavedHistory>;

/** Read by a process of its own, whatever else has the file open. */
export function readHistory(dataFolder: string): SavedHistory {
  const script = fileURLToPath(new URL("./hooks/read-history.mjs", import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [script, dataFolder], {
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(`The history could not be read: ${stderr}`);
  return SavedHistory.parse(JSON.parse(stdout));
}
