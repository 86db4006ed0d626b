import { Client } from "pg";
import { stepOutput } from "./step-workflows.ts";

export interface PostgresFloor {
  /** Milliseconds for so many steps. */
  run(steps: number): Promise<number>;
  close(): Promise<void>;
}

/** The bare driver, two transactions a step: insert it as running, complete it with its output. */
export async function openPostgresFloor(url: string): Promise<PostgresFloor> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("set synchronous_commit = on");
  await client.query(schema);
  return {
    async run(steps) {
      const begun = performance.now();
      for (let step = 0; step < steps; step += 1) {
        const input = JSON.stringify({ value: stepOutput });
        // A statement alone is a transaction of its own: the cheapest way to a commit.
        const { rows } = await client.query<{ id: string }>({
          ...insert,
          values: [input, new Date().toISOString()],
        });
        const output = JSON.stringify(stepOutput);
        await client.query({
          ...complete,
          values: [output, new Date().toISOString(), rows[0]?.id],
        });
      }
      return performance.now() - begun;
    },
    close: () => client.end(),
  };
}

const schema = `
  create table floor_step (
    id bigint generated always as identity primary key,
    status text not null,
    input text not null,
    output text,
    started_at timestamptz not null,
    finished_at timestamptz
  )`;

const insert = {
  name: "insert",
  text: "insert into floor_step (status, input, started_at) values ('running', $1, $2) returning id",
};

const complete = {
  name: "complete",
  text: "update floor_step set status = 'completed', output = $1, finished_at = $2 where id = $3",
};
