import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultMigrationsFolder } from "../../src-main/storage/sqlite/sqlite-migrations-folder.ts";

/**
 * The released migrations and two more, as later versions could bring them: one that adds to every row,
 * one that builds a table anew.
 */
export function writeNextMigrations(folder: string): void {
  cpSync(defaultMigrationsFolder, folder, { recursive: true });
  const write = (name: string, up: string, down: string): void => {
    writeFileSync(join(folder, `${name}.sql`), `${up}\n`);
    writeFileSync(join(folder, `${name}.down.sql`), `${down}\n`);
  };
  write(
    "0002-add-color",
    "alter table job add column color text;\nupdate job set color = 'blue';",
    "alter table job drop column color;",
  );
  write(
    "0003-move-logs",
    `create table node_log_next (
  number integer primary key,
  run integer not null references workflow_run (id),
  execution integer not null references node_execution (id),
  attempt integer not null,
  at text not null,
  level text not null,
  text text not null
) strict;
insert into node_log_next select * from node_log;
drop table node_log;
alter table node_log_next rename to node_log;
create index node_log_by_run on node_log (run, number);`,
    "-- Nothing to take back: the table is the same.",
  );
}
