import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { expect, test } from "vitest";
import { World } from "../../../app/storage/storage-fixture.conformance.ts";
import { openBlobFolder } from "./sqlite-blobs.ts";
import { including, openRaw, openTestStorage } from "./sqlite-fixture.conformance.ts";
import { createReads } from "./sqlite-reads.ts";
import { verifySqlite } from "./sqlite-verify.ts";

test("[F1] a row, a payload, an event, a count or a job that was tampered with is named", async () => {
  const underTest = await openTestStorage();
  const world = await World.open(underTest);
  const runId = await world.workingRun();
  await world.apply(runId, world.completeNodeChange(runId, 1), world.createNodeChange(runId, 2));
  const { jobId } = await world.requireRun(runId);
  const raw = openRaw(underTest.folder);
  raw.exec(`drop trigger run_event_no_update; drop trigger run_event_no_delete; drop trigger run_payload_immutable;
    drop trigger node_execution_output_immutable; drop trigger workflow_definition_immutable`);
  const verify = () =>
    verifySqlite({
      db: raw,
      reads: createReads(raw),
      blobs: openBlobFolder(join(underTest.folder, "blobs"), undefined),
      quick: false,
    });
  const tampered: readonly (readonly [sql: string, where: string])[] = [
    [
      "update node_execution set status_reason = 'nicer' where sequence = 1",
      "node execution 1, statusReason",
    ],
    ["update node_execution set attempt_metrics = '[]' where sequence = 1", "history"],
    [
      "update node_execution set taken_edges = '[7]' where sequence = 2",
      "node execution 2, takenEdges",
    ],
    ["update node_execution set output_text = '{}' where sequence = 1", "output of node step-1"],
    [
      "update node_execution set output_sha256 = null, output_bytes = null where sequence = 1",
      "node execution 1, outputRef",
    ],
    ["update run_payload set text = '{}'", "input of the run"],
    ["update run_payload set bytes = 1", "input of the run"],
    ["update workflow_run set crash_count = 2", "run, crashCount"],
    ["update workflow_run set tags = '[\"x\"]'", "run, tags"],
    ["update workflow_run set nodes_done = 5", "run, nodesDone"],
    ["update workflow_run set last_seq = 77", "run, lastSeq"],
    ["update run_event set at = '2027-01-01T00:00:00.000Z' where seq = 2", "event 2"],
    ["update run_event set actor_id = 'somebody' where seq = 2", "event 2"],
    ["delete from run_event where seq = 2", "event 3"],
    ["update run_count set runs = 9 where status = 'failed'", "count of failed runs"],
    ["update job set state = 'failed'", `job ${jobId}`],
    ["update job set job_kind = 'another'", "job, jobKind"],
    ["update workflow_definition set source = '{}'", `definition ${world.definition.hash}`],
    [
      "insert into sub_step (execution, name, n, attempt, status, recorded_at) values (1, 's', 1, 1, 'intended', '')",
      "sub-step",
    ],
  ];
  expect(verify()).toEqual([]);
  for (const [sql, where] of tampered) {
    raw.exec("begin");
    raw.exec(sql);
    const places = verify().map((problem) => problem.where);
    raw.exec("rollback");
    expect({ sql, places }).toEqual({ sql, places: including([where]) });
  }
  await world.close();
});

test(
  "[F1] a single bit that flips anywhere in the file is found, unless it holds nothing of a run",
  { timeout: 120_000 },
  async () => {
    const underTest = await openTestStorage();
    const world = await World.open(underTest);
    for (let run = 0; run < 60; run += 1) {
      const runId = await world.workingRun();
      await world.apply(
        runId,
        world.completeNodeChange(runId, 1),
        world.runChange("running", "completed"),
      );
    }
    await world.close();
    const { folder } = underTest;
    const file = join(folder, "handshake.db");
    const sound = readFileSync(file);
    const kept = await dump(folder);
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = seeded(seed);
    let found = 0;
    for (let flip = 0; flip < 150; flip += 1) {
      const bit = Math.floor(random() * sound.length * 8);
      const bytes = Buffer.from(sound);
      const byte = Math.floor(bit / 8);
      bytes[byte] = (bytes[byte] ?? 0) ^ (1 << (bit % 8));
      writeFileSync(file, bytes);
      if (await isFound(folder)) found += 1;
      else
        expect({ seed, flip, bit, dump: await dump(folder) }).toEqual({
          seed,
          flip,
          bit,
          dump: kept,
        });
    }
    expect({ seed, found: found > 30 }).toEqual({ seed, found: true });
  },
);

async function isFound(folder: string): Promise<boolean> {
  try {
    const { storage } = await openTestStorage({ folder });
    const problems = await storage.verify({ quick: false });
    await storage.close();
    return problems.length > 0;
  } catch {
    return true;
  }
}

/** Everything that is a run's: what verify answers for. */
async function dump(folder: string): Promise<string> {
  const { storage } = await openTestStorage({ folder });
  await storage.close();
  const raw = openRaw(folder);
  const rows = [
    "select run, seq, at, type, actor_kind, actor_id, actor_via, epoch, group_id, data, checksum from run_event order by run, seq",
    "select * from run_payload order by id",
    "select * from node_execution order by run, sequence",
    "select * from attempt",
    "select * from sub_step",
    "select run_id, last_seq, status, status_reason, error, closing, crash_count, running_ms, tags, grants, trigger from workflow_run order by id",
  ].map((sql) => allRows(raw, sql));
  raw.close();
  return JSON.stringify(rows);
}

function allRows(raw: Database.Database, sql: string): readonly unknown[] {
  return raw.prepare(sql).raw().all();
}

/** mulberry32: small, and the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
