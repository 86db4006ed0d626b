import { openFloorDatabase } from "./floor-database.ts";
import { stepOutput } from "./step-workflows.ts";

export interface FloorB {
  /** Milliseconds for so many turns. */
  run(shape: TurnShape): number;
  close(): void;
}

export interface TurnShape {
  readonly turns: number;
  /** How many steps end in a turn, and as many begin. */
  readonly width: number;
  /** All of them are in one run; else each is in a run of its own. */
  readonly isOneRun: boolean;
}

/**
 * Floor (b): one transaction a turn and no engine. It writes the rows of the lean shape: a node as
 * running, its completion with the output, and an event for each.
 */
export function openFloorB(folder: string): FloorB {
  const db = openFloorDatabase({ folder, name: "floor-b", schema });
  const insertNode = db.prepare(
    `insert into node (run, sequence, node_path, status, attempt, started_at, input_sha256, input)
     values (?, ?, ?, 'running', 1, ?, ?, ?)`,
  );
  const completeNode = db.prepare(
    `update node set status = 'completed', finished_at = ?, output_sha256 = ?, output = ?
     where run = ? and sequence = ? and status = 'running'`,
  );
  const insertEvent = db.prepare("insert into event (run, seq, at, data) values (?, ?, ?, ?)");
  const begin = db.prepare("begin immediate");
  const commit = db.prepare("commit");
  const sha256 = "0".repeat(64);
  let runs = 0;

  function turn({ width, isOneRun }: TurnShape, number: number, isLast: boolean): void {
    const at = new Date().toISOString();
    begin.run();
    for (let index = 0; index < width; index += 1) {
      const run = isOneRun ? runs : runs + index;
      const sequence = isOneRun ? number * width + index : number;
      if (number > 0) end(run, isOneRun ? sequence - width : sequence - 1, at);
      if (!isLast) start(run, sequence, at);
    }
    commit.run();
  }

  function start(run: number, sequence: number, at: string): void {
    const input = JSON.stringify({ value: stepOutput });
    insertNode.run(run, sequence, `step${sequence}`, at, sha256, input);
    insertEvent.run(run, sequence * 2, at, eventData(sequence, "running"));
  }

  function end(run: number, sequence: number, at: string): void {
    completeNode.run(at, sha256, JSON.stringify(stepOutput), run, sequence);
    insertEvent.run(run, sequence * 2 + 1, at, eventData(sequence, "completed"));
  }

  function eventData(sequence: number, to: string): string {
    return JSON.stringify({
      nodePath: `step${sequence}`,
      sequence,
      to,
      ref: { sha256, bytes: 200 },
    });
  }

  return {
    run(shape) {
      const begun = performance.now();
      for (let number = 0; number <= shape.turns; number += 1) {
        turn(shape, number, number === shape.turns);
      }
      runs += shape.isOneRun ? 1 : shape.width;
      return performance.now() - begun;
    },
    close: () => db.close(),
  };
}

const schema = `
  create table node (
    id integer primary key,
    run integer not null,
    sequence integer not null,
    node_path text not null,
    status text not null,
    attempt integer not null,
    started_at text not null,
    finished_at text,
    input_sha256 text not null,
    output_sha256 text,
    input text not null,
    output text,
    unique (run, sequence)
  ) strict;
  create table event (
    id integer primary key,
    run integer not null,
    seq integer not null,
    at text not null,
    data text not null,
    unique (run, seq)
  ) strict`;
