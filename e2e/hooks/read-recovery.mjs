// A process of its own: what is in the database of a data folder right now.
import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";

const file = join(process.argv[2], "handshake.db");
console.log(JSON.stringify(existsSync(file) ? read() : { stalled: 0, running: 0, events: [] }));

function read() {
  const db = new Database(file, { readonly: true });
  const count = db.prepare("select count(*) from workflow_run where status = ?").pluck();
  const events = db
    .prepare("select data from run_event where type = 'workflow_recovery' order by id")
    .pluck()
    .all();
  return {
    stalled: count.get("stalled"),
    running: count.get("running"),
    events: events.map((data) => JSON.parse(data)),
  };
}
