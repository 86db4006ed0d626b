// A process of its own: what the newest run in a data folder has saved, read beside whoever owns the folder.
import { join } from "node:path";
import Database from "better-sqlite3";

const db = new Database(join(process.argv[2], "handshake.db"), { readonly: true });
const run = db.prepare("select id, status from workflow_run order by id desc limit 1").get();
const nodes = db.prepare(
  "select node_path as nodePath, status, attempt_number as attempts from node_execution where run = ?",
);
const subSteps = db
  .prepare(
    `select e.node_path || ': ' || s.name from sub_step s join node_execution e on e.id = s.execution
     where e.run = ? and s.status = 'recorded'`,
  )
  .pluck();
const output = db.prepare("select text from run_payload where run = ? and slot = 'output'").pluck();
const events = db.prepare(
  "select type, actor_kind as actor, data from run_event where run = ? order by seq",
);
console.log(
  JSON.stringify({
    status: run.status,
    nodes: nodes.all(run.id),
    subSteps: subSteps.all(run.id),
    output: JSON.parse(output.get(run.id) ?? "null"),
    events: events.all(run.id).map((event) => ({ ...event, data: JSON.parse(event.data) })),
  }),
);
