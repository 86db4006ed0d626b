import { openFloorDatabase } from "./floor-database.ts";
import { stepOutput } from "./step-workflows.ts";

export interface FloorA {
  /** Milliseconds for so many steps. */
  run(steps: number): number;
  close(): void;
}

/** Floor (a): bare better-sqlite3, two transactions a step: insert it as running, complete it with its output. */
export function openFloorA(folder: string): FloorA {
  const db = openFloorDatabase({ folder, name: "floor-a", schema });
  const insert = db.prepare(
    "insert into step (status, input, started_at) values ('running', ?, ?)",
  );
  const complete = db.prepare(
    "update step set status = 'completed', output = ?, finished_at = ? where id = ?",
  );
  const begin = db.prepare("begin immediate");
  const commit = db.prepare("commit");
  return {
    run(steps) {
      const begun = performance.now();
      for (let step = 0; step < steps; step += 1) {
        const input = JSON.stringify({ value: stepOutput });
        begin.run();
        const id = insert.run(input, new Date().toISOString()).lastInsertRowid;
        commit.run();
        const output = JSON.stringify(stepOutput);
        begin.run();
        complete.run(output, new Date().toISOString(), id);
        commit.run();
      }
      return performance.now() - begun;
    },
    close: () => db.close(),
  };
}

const schema = `
  create table step (
    id integer primary key,
    status text not null,
    input text not null,
    output text,
    started_at text not null,
    finished_at text
  ) strict`;
