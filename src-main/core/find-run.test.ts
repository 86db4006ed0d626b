import { expect, test } from "vitest";
import type { Storage } from "../../app/storage/storage.ts";
import { requireRun } from "./find-run.ts";

const ids = [
  "01a20600-0c06-7851-8aaa-000000000000",
  "01a20600-0c06-7000-8aaa-000000000000",
  "01a205ff-ff2e-704f-8aaa-000000000000",
];

test("the newest run, an id, and the beginning of one name a run", async () => {
  expect(
    await idsOf("last", "01A20600-0C06-7000-8AAA-000000000000", "01a205", "01a20600-0c06-78"),
  ).toEqual([ids[0], ids[1], ids[2], ids[0]]);
});

test("what is ambiguous, too short or unknown is refused with what would be right", async () => {
  await expect(requireRun(storage(ids), "01a20600")).rejects.toThrow(
    /2 runs begin with "01a20600".*Give more/,
  );
  await expect(requireRun(storage(ids), "01a20")).rejects.toThrow(
    /at least the first 6 characters/,
  );
  await expect(requireRun(storage(ids), "xyzxyz")).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(requireRun(storage(ids), "01b000")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(requireRun(storage([]), "last")).rejects.toThrow(/there are no runs yet/);
});

test("a recent run is found without reading all of them", async () => {
  let pages = 0;
  const many = Array.from({ length: 1_200 }, (_, index) => {
    return `${(0x01_a2_06_00 - index).toString(16).padStart(8, "0")}-0000-7000-8000-000000000000`;
  });
  const found = await requireRun(
    storage(many, () => (pages += 1)),
    "01a205ff",
  );
  expect([found.runId, pages]).toEqual([many[1], 1]);
});

async function idsOf(...references: string[]): Promise<string[]> {
  const runs = await Promise.all(
    references.map((reference) => requireRun(storage(ids), reference)),
  );
  return runs.map(({ runId }) => runId);
}

function storage(runIds: readonly string[], onPage: () => void = () => undefined): Storage {
  const part: Pick<Storage, "getRun" | "listRuns"> = {
    getRun: async (runId) => (runIds.includes(runId) ? run(runId) : null),
    async listRuns({ before, limit }) {
      onPage();
      const from = before === undefined ? 0 : runIds.indexOf(before) + 1;
      return runIds.slice(from, from + limit).map(run);
    },
  };
  // Nothing else is asked for here.
  return part as Storage;
}

function run(runId: string) {
  return { runId } as Awaited<ReturnType<Storage["listRuns"]>>[number];
}
