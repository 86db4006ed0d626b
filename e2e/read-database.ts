import { join } from "node:path";
import Database from "better-sqlite3";
import * as z from "zod";

/** What hooks/read-recovery.mjs prints: how runs stand in the database, and what recovery wrote. */
export const RecoverySeen = z.object({
  stalled: z.number(),
  running: z.number(),
  events: z.array(z.looseObject({ to: z.string(), reason: z.string() })),
});
export type RecoverySeen = z.infer<typeof RecoverySeen>;

const Run = z.object({ id: z.number(), status: z.string(), finishedAt: z.string().nullable() });
const json = z.string().transform((text): unknown => JSON.parse(text));

const SavedHistory = z.object({
  status: z.string(),
  finishedAtMs: z.number().nullable(),
  nodes: z.array(z.object({ nodePath: z.string(), status: z.string(), attempts: z.number() })),
  /** `node: name` of each that was recorded. */
  subSteps: z.array(z.object({ line: z.string() }).transform(({ line }) => line)),
  output: z
    .object({ text: json })
    .transform(({ text }) => text)
    .nullable(),
  events: z.array(
    z.object({
      type: z.string(),
      actor: z.string(),
      at: z.string(),
      data: json.pipe(z.record(z.string(), z.unknown())),
    }),
  ),
});
/** What the newest run has saved. */
export type SavedHistory = z.infer<typeof SavedHistory>;

/** Read by the specs' own process, beside whoever owns the folder. */
export function readHistory(dataFolder: string): SavedHistory {
  const db = new Database(join(dataFolder, "handshake.db"), { readonly: true });
  try {
    // In one transaction: an engine that commits meanwhile would leave a status beside the nodes of another one.
    return db.transaction(() => readNewest(db))();
  } finally {
    db.close();
  }
}

function readNewest(db: Database.Database): SavedHistory {
  const run = Run.parse(
    db
      .prepare(
        "select id, status, finished_at as finishedAt from workflow_run order by id desc limit 1",
      )
      .get(),
  );
  const of = (sql: string): unknown[] => db.prepare(sql).all(run.id);
  return SavedHistory.parse({
    status: run.status,
    finishedAtMs: run.finishedAt === null ? null : Date.parse(run.finishedAt),
    nodes: of(
      "select node_path as nodePath, status, attempt_number as attempts from node_execution where run = ? order by id",
    ),
    subSteps: of(
      `select e.node_path || ': ' || s.name as line
         from sub_step s join node_execution e on e.id = s.execution
         where e.run = ? and s.status = 'recorded'`,
    ),
    output: of("select text from run_payload where run = ? and slot = 'output'")[0] ?? null,
    events: of(
      "select type, actor_kind as actor, at, data from run_event where run = ? order by seq",
    ),
  });
}
