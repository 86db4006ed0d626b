import { openFloorDatabase } from "./floor-database.ts";

export interface FloorRecovery {
  /** Milliseconds for marking so many attempts, two transactions each. */
  markOneByOne(attempts: number): number;
  /** Milliseconds for marking so many attempts in one transaction, by the same statements. */
  markAtOnce(attempts: number): number;
  close(): void;
}

/** The floors of recovery: bare better-sqlite3 that marks a node and its run, with an event for each. */
export function openFloorRecovery(folder: string): FloorRecovery {
  const db = openFloorDatabase({ folder, name: "floor-recovery", schema });
  const insertRun = db.prepare("insert into run (id, status, revision) values (?, 'running', 1)");
  const insertNode = db.prepare(
    "insert into node (id, run, status, input) values (?, ?, 'running', ?)",
  );
  const markNode = db.prepare("update node set status = 'stalled', error = ? where id = ?");
  const markRun = db.prepare(
    "update run set status = 'stalled', revision = revision + 1 where id = ?",
  );
  const insertEvent = db.prepare("insert into event (run, at, data) values (?, ?, ?)");
  const error = JSON.stringify({ code: "INTERRUPTED", message: "It stopped while this ran." });
  const data = JSON.stringify({
    from: "running",
    to: "stalled",
    reason: "crash",
    text: "x".repeat(150),
  });
  let last = 0;

  const store = db.transaction((count: number): void => {
    for (let stored = 0; stored < count; stored += 1) {
      last += 1;
      insertRun.run(last);
      insertNode.run(last, last, "x".repeat(200));
    }
  });

  function nodeStalled(id: number): void {
    markNode.run(error, id);
    insertEvent.run(id, new Date().toISOString(), data);
  }

  function runStalled(id: number): void {
    markRun.run(id);
    insertEvent.run(id, new Date().toISOString(), data);
  }

  const nodeAlone = db.transaction(nodeStalled);
  const runAlone = db.transaction(runStalled);
  const all = db.transaction((first: number): void => {
    for (let id = first; id <= last; id += 1) {
      nodeStalled(id);
      runStalled(id);
    }
  });

  return {
    markOneByOne(attempts) {
      const first = last + 1;
      store.immediate(attempts);
      const begun = performance.now();
      for (let id = first; id <= last; id += 1) {
        nodeAlone.immediate(id);
        runAlone.immediate(id);
      }
      return performance.now() - begun;
    },
    markAtOnce(attempts) {
      const first = last + 1;
      store.immediate(attempts);
      const begun = performance.now();
      all.immediate(first);
      return performance.now() - begun;
    },
    close: () => db.close(),
  };
}

const schema = `
  create table run (id integer primary key, status text not null, revision integer not null) strict;
  create table node (
    id integer primary key,
    run integer not null,
    status text not null,
    error text,
    input text not null
  ) strict;
  create table event (id integer primary key, run integer not null, at text not null, data text not null) strict`;
