import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StorageError } from "../../app/storage/storage-error.ts";
import type { Storage } from "../../app/storage/storage.ts";
import { connectToOwner, type Answer, type ControlClient } from "./control-client.ts";
import type { Core, CoreNotice } from "./core.ts";
import type { CoreRequest } from "./core-request.ts";
import { InvalidWorkflow } from "./invalid-workflow.ts";
import { openReadOnlyStorage, openStorage } from "./open-storage.ts";
import { startCore, type CoreOptions } from "./start-core.ts";
import { listBackups } from "../storage/sqlite/sqlite-backup.ts";
import { dataPaths } from "../storage/sqlite/sqlite-database.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import { systemPorts } from "./system-ports.ts";

let folder: string;
let data: string;
const open: Core[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "handshake-core-"));
  data = join(folder, "data");
});
afterEach(async () => {
  for (const core of open.splice(0)) await core.close({ drainMs: 0 });
  rmSync(folder, { recursive: true });
});

async function start(options: Partial<CoreOptions> = {}): Promise<Core> {
  const core = await startCore({
    dataFolder: { path: data, isDefault: false },
    kind: "cli",
    ...options,
  });
  open.push(core);
  return core;
}

describe("a start", () => {
  test("goes through its steps in order, and makes the folder for this user alone", async () => {
    const steps: string[] = [];
    await start({ onProgress: (step) => steps.push(step) });
    expect(steps).toEqual(["locking", "opening", "recovering", "starting", "accepting"]);
    if (process.platform !== "win32") expect(statSync(data).mode & 0o777).toBe(0o700);
  });

  test.skipIf(process.platform === "win32")(
    "[P4] leaves a folder that holds other things open to whom it was open, now and at the next start",
    async () => {
      mkdirSync(data);
      chmodSync(data, 0o755);
      writeFileSync(join(data, "mine.txt"), "");
      await (await start()).close({ drainMs: 0 });
      await start();
      expect(statSync(data).mode & 0o777).toBe(0o755);
      expect(statSync(join(data, "handshake.db")).mode & 0o777).toBe(0o600);
    },
  );

  test("[R1] [S10] trap: no job is accepted before recovery has ended: what others ask meanwhile waits", async () => {
    const recovering = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const order: string[] = [];
    const starting = start({
      ports: { openStorage: () => slowToRecover({ recovering, go, order }) },
      onProgress: (step) => order.push(step),
    });
    await recovering.promise;

    const asked = ask(await connectToOwner(data), {
      do: "run",
      text: quick,
      file: "quick.json",
      grants: [],
      baseDir: folder,
      requestKey: "early",
    });
    const accepted = asked.then(() => order.push("accepted"));
    await expect(read((storage) => storage.listRuns({ limit: 1 }))).resolves.toEqual([]);
    go.resolve();
    const core = await starting;
    await accepted;
    const [before, after] = [order.slice(0, 4), order.slice(4)];
    expect(before).toEqual(["locking", "opening", "recovering", "recovered"]);
    expect(after).toEqual(["starting", "accepting", "accepted"]);
    expect(await core.storage.listRuns({ limit: 2 })).toMatchObject([{ workflowId: "quick" }]);
  });

  test("[R1] when recovery fails, jobs are refused with the reason, and the folder is free again", async () => {
    const recovering = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const broken = new StorageError("CORRUPT", "The data file is damaged at page 7.");
    const starting = start({
      ports: { openStorage: () => slowToRecover({ recovering, go, order: [], failure: broken }) },
    });
    const failed = expect(starting).rejects.toBe(broken);
    await recovering.promise;
    const client = await connectToOwner(data);
    const refused = expect(
      ask(client, {
        do: "run",
        text: quick,
        file: "quick.json",
        grants: [],
        baseDir: folder,
        requestKey: "early",
      }),
    ).rejects.toMatchObject({
      error: { code: "CORRUPT", message: "The data file is damaged at page 7." },
    });
    go.resolve();
    await Promise.all([failed, refused]);

    const core = await start();
    expect(await core.storage.listRuns({ limit: 1 })).toEqual([]);
  });

  test("a disk that is full for a moment does not fail the recovery", async () => {
    let tries = 0;
    const core = await start({
      ports: {
        async openStorage(path) {
          const storage = await openStorage(path);
          return changed(storage, {
            recoverInterruptedRuns(request) {
              tries += request.scope === "start" ? 1 : 0;
              if (tries === 1) throw new StorageError("FULL", "Disk is full.");
              return storage.recoverInterruptedRuns(request);
            },
          });
        },
      },
    });
    expect([tries, core.recovery.stalled]).toEqual([2, []]);
  });

  test("a second owner is refused, and told who the first one is", async () => {
    await start({ name: "handshake serve" });
    await expect(start()).rejects.toMatchObject({
      code: "IN_USE",
      details: { kind: "handshake serve", pid: process.pid },
    });
  });

  test("two unclean ends within ten minutes make a safe start: nothing runs until it is asked for", async () => {
    const now = Date.now();
    for (const minutesAgo of [9, 1]) await endUncleanly(now - minutesAgo * 60_000);
    const core = await start();
    expect(core.safeStart).toBe(true);
    const { runId } = await submit(core);
    await expect(core.storage.getRun(runId)).resolves.toMatchObject({ status: "queued" });
    core.startEngine();
    await expect(core.engine.waitForRun(runId)).resolves.toBe("completed");
  });

  test("one unclean end, or one that was long ago, is no reason for that", async () => {
    const now = Date.now();
    for (const minutesAgo of [60, 1]) await endUncleanly(now - minutesAgo * 60_000);
    expect((await start()).safeStart).toBe(false);
  });
});

describe("a submission", () => {
  test("[W3] is refused with all its problems at once", async () => {
    const core = await start();
    const text = JSON.stringify({
      formatVersion: 1,
      id: "x",
      name: "x",
      version: 1,
      nodes: [],
      more: 1,
    });
    const failure = await submit(core, text).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidWorkflow);
    expect(failure).toMatchObject({ problems: [{ pointer: "/more" }, { pointer: "/nodes" }] });
  });

  test("[C1] a run keeps what its workflow declares, never more of what was granted", async () => {
    const core = await start();
    const text = JSON.stringify({
      formatVersion: 1,
      id: "writes",
      name: "writes",
      version: 1,
      capabilities: ["fs.write:out"],
      nodes: [{ id: "a", type: "transform", with: { value: 1 } }],
    });
    const { runId } = await submit(core, text, [`fs.write:${folder}`, "net:https://a.example"]);
    await expect(core.storage.getRun(runId)).resolves.toMatchObject({
      grants: ["fs.write:out", `fs.write:${join(folder, "out")}`],
    });
  });
});

describe("closing", () => {
  test("marks the clean end and gives the folder free; a second call does nothing", async () => {
    const core = await start();
    await Promise.all([core.close({ drainMs: 0 }), core.close({ drainMs: 0 })]);
    const [instance] = await read((storage) => storage.listInstances(1));
    expect(instance?.cleanAt).toMatch(/Z$/);
    await start();
  });

  test("backs the data up when a day has passed since the newest backup", async () => {
    let now = Date.now();
    const ports = {
      openStorage: (path: string) =>
        openSqliteStorage({ folder: path, appVersion: "test", now: () => now }),
    };
    for (const hours of [0, 23, 1]) {
      now += hours * 3_600_000;
      await (await start({ ports })).close({ drainMs: 0 });
    }
    expect(listBackups(dataPaths(data)).map(({ at, reason }) => [at, reason])).toEqual([
      [now, "quit"],
      [now - 86_400_000, "quit"],
    ]);
  });

  test("a backup that fails is told, and does not keep the folder from being given free", async () => {
    const notices: CoreNotice[] = [];
    const maintain = () => Promise.reject(new StorageError("FULL", "No room for a backup."));
    const core = await start({
      ports: { openStorage: async (path) => ({ ...(await openStorage(path)), maintain }) },
      onNotice: (notice) => notices.push(notice),
    });
    await core.close({ drainMs: 0 });
    expect(notices).toMatchObject([
      {
        code: "MAINTENANCE_FAILED",
        message: expect.stringContaining("No room for a backup.") as string,
      },
    ]);
    const [instance] = await read((storage) => storage.listInstances(1));
    expect(instance?.cleanAt).toMatch(/Z$/);
    await start();
  });
});

const quick = JSON.stringify({
  formatVersion: 1,
  id: "quick",
  name: "quick",
  version: 1,
  nodes: [{ id: "a", type: "transform", with: { value: 1 } }],
});

function submit(core: Core, text = quick, grants: readonly string[] = []) {
  const actor = { kind: "human" } as const;
  return core.submitWorkflow({
    text,
    file: "test.json",
    input: {},
    grants,
    baseDir: folder,
    actor,
  });
}

async function ask(client: ControlClient | null, request: CoreRequest): Promise<Answer> {
  if (client === null) throw new Error("Nobody listens.");
  try {
    const { value, done } = await client.send(request, { follow: false }).next();
    if (done === true) throw new Error("There was no answer.");
    return value;
  } finally {
    client.close();
  }
}

/** A storage whose recovery says when it begins, and waits to be told to go on. */
async function slowToRecover(hold: {
  readonly recovering: PromiseWithResolvers<void>;
  readonly go: PromiseWithResolvers<void>;
  readonly order: string[];
  readonly failure?: Error;
}): Promise<Storage> {
  const storage = await openStorage(data);
  return changed(storage, {
    async recoverInterruptedRuns(request) {
      if (request.scope === "quit") return storage.recoverInterruptedRuns(request);
      hold.recovering.resolve();
      await hold.go.promise;
      if (hold.failure !== undefined) throw hold.failure;
      const report = await storage.recoverInterruptedRuns(request);
      hold.order.push("recovered");
      return report;
    },
  });
}

function changed(storage: Storage, methods: Partial<Storage>): Storage {
  return { ...storage, ...methods };
}

/** An engine that registered, and was never heard of again. */
async function endUncleanly(at: number): Promise<void> {
  const time = new Date(at).toISOString();
  const storage = await openStorage(data);
  await storage.registerInstance({
    instanceId: systemPorts.newUuid(),
    kind: "cli",
    pid: 1,
    processStartedAt: time,
    bootId: "boot",
    machineId: "machine",
    appVersion: "0",
    at: time,
  });
  await storage.close();
}

async function read<T>(ask: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openReadOnlyStorage(data);
  try {
    return await ask(storage);
  } finally {
    await storage.close();
  }
}
