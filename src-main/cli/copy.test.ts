import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHandshake, type Handshake } from "./child-handshake.ts";
import { quickWorkflow } from "./workflow-fixtures.ts";

let handshake: Handshake;

beforeAll(() => {
  handshake = createHandshake();
});
afterAll(() => handshake.remove());

test("copy brings every run into an empty folder, says what it copied, and refuses a second time", async () => {
  await handshake.json(["run", quickWorkflow(handshake.folder)]);
  const to = join(handshake.folder, "copied");
  const lines = await handshake.json(["copy", "--from", handshake.data, "--to", `sqlite:${to}`]);
  expect(lines.at(-1)).toMatchObject({
    type: "copied",
    tables: { workflow_run: { rows: 1 }, node_execution: { rows: 2 }, run_event: { rows: 7 } },
  });
  expect(await handshake.json(["runs", "--data", to])).toEqual(await handshake.json(["runs"]));

  const again = await handshake.run(["copy", "--from", handshake.data, "--to", to]);
  expect(again).toMatchObject({ code: 4, stdout: "" });
  expect(again.stderr).toMatch(/^There are 1 runs in .*copied already/);
});

test("copy needs two places that differ", async () => {
  const { data } = handshake;
  const same = await handshake.run(["copy", "--from", data, "--to", `sqlite:${data}`]);
  expect(same.code).toBe(2);
  expect(same.stderr).toMatch(/are the same place/);
  const address = "postgresql://ada:secret@db.invalid/team";
  const database = await handshake.run(["copy", "--from", address, "--to", address]);
  expect(database.code).toBe(2);
  expect(database.stderr).toMatch(/are the same place/);
  expect(database.stderr).not.toMatch(/secret/);
  const mistyped = "postgressql://ada:secret@db.invalid/team";
  const unknown = await handshake.run(["copy", "--from", data, "--to", mistyped]);
  expect(unknown.code).toBe(4);
  expect(unknown.stderr).toMatch(/^The place is neither/);
  expect(unknown.stderr).not.toMatch(/secret/);
  const none = await handshake.run(["copy", "--from", data]);
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(/^--to is missing/);
});
