import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "../message-fuzzer.fixture.ts";
import { chooseDataFolder } from "../../data-folder.ts";
import { takeDataLock } from "../../storage/sqlite/data-lock.ts";
import { holdEngineLock } from "../engine-locks.ts";
import { keepMoveIntent } from "./move-intent.ts";
import { moveDataFolder } from "./move-data-folder.ts";
import { fillMovingFolder, openMovingBed, type Started } from "./moving-bed.fixture.ts";

let filled: string;
let history: string;
let bed: ReturnType<typeof openMovingBed>;
beforeAll(async () => {
  filled = mkdtempSync(join(tmpdir(), "handshake-filled-"));
  history = await fillMovingFolder(filled);
});
afterAll(() => rmSync(filled, { recursive: true }));
beforeEach(() => {
  bed = openMovingBed(filled);
});
afterEach(() => bed.remove());

/** What a start says when everything is there, once and whole. */
function whole(folder: string, moves: number): Started {
  return { folder, moves, notices: [], history, problems: [], theme: "dark" };
}

/** All that may stay where the data was. */
const leftBehind = ["electron", "electron/Local State", "lock.db", "moved-to.json"];

function inOld(): string[] {
  return bed
    .paths()
    .filter((path) => path.startsWith("old/"))
    .map((path) => path.slice("old/".length));
}

function expectNothingLeftOver(): void {
  expect(inOld()).toEqual(leftBehind);
  const beside = bed
    .paths()
    .filter((path) => !path.startsWith("old") && !path.startsWith("disk/new/"));
  expect(beside).toEqual(["disk", "disk/new"]);
  expect(existsSync(join(bed.to, "moved-from.json"))).toBe(false);
}

/** The database is given its mode by whoever opens it; a payload, a backup and the settings by nobody after the copy. */
function expectForTheUserAlone(folder: string): void {
  const paths = bed
    .paths()
    .filter((path) => path.startsWith("disk/new/"))
    .map((path) => path.slice("disk/new/".length));
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  expect(files).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^blobs\//),
      expect.stringMatching(/^backups\/.+\.db$/),
      "handshake.db",
      "settings.json",
    ]),
  );
  const modes = new Map(
    ["", ...paths].map((path) => [path, statSync(join(folder, path)).mode & 0o777]),
  );
  const open = [...modes].filter(([path, mode]) => mode !== (files.includes(path) ? 0o600 : 0o700));
  expect(open).toEqual([]);
}

describe("a data folder that is moved", () => {
  test("is whole in its new place, for its user alone, and the old one leads there", async () => {
    const [blob = "", copy = ""] = blobsBelow("old");
    rmSync(copy);
    linkSync(blob, copy);
    expect(bed.desk.plan(bed.to)).toMatchObject({ to: bed.to });
    expect(await bed.start()).toEqual(whole(bed.to, 1));
    expectNothingLeftOver();
    if (process.platform !== "win32") expectForTheUserAlone(bed.to);
    // A large input and its backup are one file, as before.
    expect(blobsBelow("disk/new").map((path) => statSync(path).nlink)).toEqual([2, 2]);
    expect(await bed.start()).toEqual(whole(bed.to, 0));
    expect(await bed.start(bed.to)).toEqual(whole(bed.to, 0));
  });

  test("stays where it is when the wish is taken back", async () => {
    bed.desk.plan(bed.to);
    bed.desk.takeBack();
    expect(bed.desk.planned()).toBeNull();
    expect(await bed.start()).toEqual(whole(bed.old, 0));
    expect(bed.paths().filter((path) => path.startsWith("disk/"))).toEqual([]);
  });

  test("moves on, and back to where it was first", async () => {
    const next = join(bed.place, "disk", "next");
    bed.desk.plan(bed.to);
    await bed.start();
    keepMoveIntent(bed.to, next);
    expect(await bed.start()).toEqual(whole(next, 1));
    keepMoveIntent(next, bed.old);
    expect(await bed.start()).toEqual(whole(bed.old, 1));
    // Every place that it ever was in leads there.
    expect(await bed.start(bed.to)).toEqual(whole(bed.old, 0));
    expect(await bed.start(next)).toEqual(whole(bed.old, 0));
    expect(existsSync(`${bed.old}.handshake-old`)).toBe(false);
  });

  test("is not moved by the restart of an engine, nor while another process's engine works with it", async () => {
    bed.desk.plan(bed.to);
    const lock = await holdEngineLock(bed.old, "another", { kind: "worker", pid: 1, since: "" });
    const started = await bed.start();
    expect(started).toMatchObject({ folder: bed.old, notices: [{ code: "MOVE_WAITS" }] });
    lock.release();
    expect(await bed.start()).toEqual(whole(bed.to, 1));
  });

  test("of a process that looked before the move is found by that process, too", async () => {
    const looked = chooseDataFolder({ option: bed.old, env: {} });
    bed.desk.plan(bed.to);
    await bed.start();
    const lock = takeDataLock(looked.path, { kind: "test", pid: 1, since: "" });
    expect(await moveDataFolder({ folder: looked.path, isShared: () => false })).toEqual({
      kind: "moved",
      to: bed.to,
    });
    lock.release();
  });

  test("takes along nothing that is not Handshake's, and leaves nothing of it behind unsaid", () => {
    writeFileSync(join(bed.old, "thesis.txt"), "");
    symlinkSync("/", join(bed.old, "library", "link"));
    expect(() => bed.desk.plan(bed.to)).toThrow(
      /holds what is not Handshake's, or is a link: library\/link, thesis\.txt/,
    );
  });
});

describe("a place that will not do is refused", () => {
  test.each<readonly [string, () => string, RegExp]>([
    ["relative", () => "elsewhere", /whole path/],
    ["the same", () => bed.old, /there already/],
    ["inside of the data", () => join(bed.old, "logs", "new"), /inside of the data folder/],
    ["around the data", () => bed.place, /lies inside of/],
    ["without a parent", () => join(bed.place, "no", "new"), /no is no folder\. Create it first/],
    ["a file", () => file("disk/file"), /is a file/],
    ["not empty", () => dirname(file("disk/full/a")), /is not empty/],
    ["the data by another name", () => link(bed.old), /there already/],
  ])("%s", (_name, to, why) => {
    expect(() => bed.desk.plan(to())).toThrow(why);
    expect(bed.desk.planned()).toBeNull();
  });

  test.skipIf(process.platform !== "linux")("the top of another disk", (context) => {
    if (!existsSync("/dev/shm")) return context.skip("there is no /dev/shm");
    expect(() => bed.desk.plan("/dev/shm")).toThrow(/top of a disk\. Name a folder in it/);
  });

  test("a disk without the room", () => {
    // A file with a hole takes no space itself.
    const huge = join(bed.old, "backups", "huge");
    writeFileSync(huge, "");
    const { bavail, bsize } = statfsSync(bed.place);
    truncateSync(huge, bavail * bsize + 1_000_000);
    expect(() => bed.desk.plan(bed.to)).toThrow(/MB free, but \d+ MB are needed/);
  });

  test("an empty folder and one that a move left are fine", () => {
    mkdirSync(bed.to);
    expect(bed.desk.plan(bed.to)).toMatchObject({ to: bed.to });
  });
});

describe("a move that fails", () => {
  test("at any step leaves everything where it was, says why, and is over", async () => {
    const steps = await stepsOfMove();
    expect(steps.length).toBeGreaterThan(10);
    for (const step of steps.filter((name) => name !== "pointer written")) {
      const folder = bed.old;
      keepMoveIntent(folder, bed.to);
      const outcome = await moveDataFolder({
        folder,
        isShared: () => false,
        crashPoint(name) {
          if (name === step)
            throw Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
        },
      });
      expect(outcome, step).toEqual({ kind: "stays", to: bed.to, why: "ENOSPC: no space left" });
      expect(
        bed.paths().filter((path) => path.startsWith("disk/")),
        step,
      ).toEqual([]);
    }
    expect(await bed.start()).toEqual(whole(bed.old, 0));
  });

  test("because its place was taken meanwhile is said by the start", async () => {
    bed.desk.plan(bed.to);
    mkdirSync(bed.to);
    writeFileSync(join(bed.to, "mine"), "");
    const started = await bed.start();
    expect(started).toMatchObject({ folder: bed.old, history, problems: [] });
    expect(started.notices).toMatchObject([{ code: "MOVE_FAILED" }]);
    expect(started.notices[0]?.message).toMatch(/not moved .* is not empty/s);
    expect(await bed.start()).toEqual(whole(bed.old, 0));
  });

  test("because somebody else's folder is in the way leaves that alone", async () => {
    const theirs = join(`${bed.to}.handshake-moving`, "theirs");
    bed.desk.plan(bed.to);
    mkdirSync(join(theirs, ".."));
    writeFileSync(theirs, "");
    expect((await bed.start()).notices).toMatchObject([{ code: "MOVE_FAILED" }]);
    expect(existsSync(theirs)).toBe(true);
  });
});

describe("where the data was", () => {
  test("nothing is removed that was changed after the move, and it is said once", async () => {
    bed.desk.plan(bed.to);
    await moveOnly();
    const later = new Date(Date.now() + 60_000);
    utimesSync(join(bed.old, "handshake.db"), later, later);
    const started = await bed.start();
    expect(started.notices).toMatchObject([{ code: "OLD_DATA_LEFT" }]);
    expect(started.notices[0]?.message).toContain("was changed after the move (handshake.db)");
    expect(existsSync(join(bed.old, "settings.json"))).toBe(true);
    expect(await bed.start()).toEqual(whole(bed.to, 0));
  });

  test("nothing is removed while somebody owns it; the next start does", async () => {
    bed.desk.plan(bed.to);
    await moveOnly();
    const lock = takeDataLock(bed.old, { kind: "test", pid: 1, since: "" });
    expect((await bed.start()).notices).toMatchObject([{ code: "OLD_DATA_LEFT" }]);
    lock.release();
    expect(await bed.start()).toEqual(whole(bed.to, 0));
    expectNothingLeftOver();
  });

  test("a disk that is away keeps its part until it is back, over another move", async () => {
    bed.desk.plan(bed.to);
    await moveOnly();
    const away = join(bed.place, "away");
    renameSync(bed.old, away);
    expect(await bed.start(bed.to)).toEqual(whole(bed.to, 0));
    const next = join(bed.place, "disk", "next");
    keepMoveIntent(bed.to, next);
    expect(await bed.start(bed.to)).toEqual(whole(next, 1));
    renameSync(away, bed.old);
    expect(await bed.start()).toEqual(whole(next, 0));
    expect(inOld()).toEqual(leftBehind);
    expect(existsSync(join(next, "moved-from.json"))).toBe(false);
  });

  test("a copy that was begun and then written past is copied anew", async () => {
    bed.desk.plan(bed.to);
    killedAt("move", bed.old, "named");
    // Whatever opened it in between: that counts.
    writeFileSync(join(bed.old, "settings.json"), JSON.stringify({ theme: "light" }));
    expect(await bed.start()).toEqual({ ...whole(bed.to, 1), theme: "light" });
    expectNothingLeftOver();
  });
});

describe("a new place that is not there", () => {
  test("is named, with what to do, and nothing starts empty", async () => {
    bed.desk.plan(bed.to);
    await bed.start();
    const away = join(bed.place, "away");
    renameSync(bed.to, away);
    expect(() => chooseDataFolder({ option: bed.old, env: {} })).toThrow(
      new RegExp(`moved to ${bed.to}, which is not there now: attach the disk`),
    );
    // Where a disk was, its empty place stays.
    mkdirSync(bed.to);
    await expect(bed.start()).rejects.toThrow(/attach the disk/);
    rmSync(bed.to, { recursive: true });
    renameSync(away, bed.to);
    expect(await bed.start()).toEqual(whole(bed.to, 0));
  });

  test("pointers that lead in a circle, or say nothing, are refused", () => {
    const [a, b] = [join(bed.place, "a"), join(bed.place, "b")];
    for (const [folder, to] of [
      [a, b],
      [b, a],
    ] as const) {
      mkdirSync(folder);
      writeFileSync(join(folder, "moved-to.json"), JSON.stringify({ id: "1", to }));
    }
    expect(() => chooseDataFolder({ option: a, env: {} })).toThrow(/leads back to itself/);
    writeFileSync(join(a, "moved-to.json"), "{");
    expect(() => chooseDataFolder({ option: a, env: {} })).toThrow(/cannot be read/);
  });
});

describe("killed", { timeout: 120_000 }, () => {
  test("at every step of the move, the next start finishes it", async () => {
    const steps = await stepsOfMove();
    for (const step of telling(steps)) {
      bed.desk.plan(bed.to);
      killedAt("move", bed.old, step);
      expect(await bed.start(), step).toEqual(whole(bed.to, step === "pointer written" ? 0 : 1));
      expectNothingLeftOver();
      bed.remove();
      bed = openMovingBed(filled);
    }
  });

  test("at every step of the way back to where it was first", async () => {
    for (const step of ["old name free", "named", "pointer written"]) {
      bed.desk.plan(bed.to);
      await bed.start();
      keepMoveIntent(bed.to, bed.old);
      killedAt("move", bed.to, step);
      const started = await bed.start();
      expect(started, step).toEqual(whole(bed.old, started.moves));
      expect(existsSync(join(bed.to, "handshake.db")), step).toBe(false);
      const beside = bed.paths().filter((path) => path.includes(".handshake-"));
      expect(beside, step).toEqual([]);
      bed.remove();
      bed = openMovingBed(filled);
    }
  });

  test("at every step of removing the old content, the next start finishes that", async () => {
    bed.desk.plan(bed.to);
    await moveOnly();
    const files = bed.paths().filter((path) => path.startsWith("old/backups"));
    expect(files).not.toEqual([]);
    for (const step of ["removed handshake.db", "removed settings.json", "old content removed"])
      killedAt("remove", bed.to, step);
    expect(await bed.start()).toEqual(whole(bed.to, 0));
    expectNothingLeftOver();
  });

  test("at random moments, again and again", async () => {
    const random = seededRandom(7);
    bed.desk.plan(bed.to);
    for (let kill = 0; kill < 6; kill += 1) {
      const folder = chooseDataFolder({ option: bed.old, env: {} }).path;
      const what = folder === bed.old ? "move" : "remove";
      const child = spawn(process.execPath, [childFile, what, folder], { env: childEnv });
      await once(child.stdout, "data");
      await pause(random.below(40));
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    const started = await bed.start();
    expect(started).toEqual(whole(bed.to, started.moves));
    expectNothingLeftOver();
  });
});

function file(path: string): string {
  const full = join(bed.place, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, "");
  return full;
}

function link(target: string): string {
  const path = join(bed.place, "link");
  symlinkSync(target, path);
  return path;
}

function blobsBelow(folder: string): string[] {
  const blobs = bed.paths().filter((path) => /blobs\/[0-9a-f]{64}$/.test(path));
  return blobs.filter((path) => path.startsWith(folder)).map((path) => join(bed.place, path));
}

const childFile = fileURLToPath(new URL("move-crash-child.fixture.ts", import.meta.url));

/** Halves the start of each child. */
const childEnv = {
  ...process.env,
  NODE_COMPILE_CACHE: fileURLToPath(
    new URL("../../../node_modules/.cache/compiled/", import.meta.url),
  ),
};

function killedAt(what: "move" | "remove", folder: string, step: string): void {
  const { signal, stderr } = spawnSync(process.execPath, [childFile, what, folder, step], {
    encoding: "utf8",
    env: childEnv,
  });
  expect(signal, `${step}: ${stderr}`).toBe("SIGKILL");
}

/** As a host that is killed before it begins again. */
async function moveOnly(): Promise<void> {
  const outcome = await moveDataFolder({ folder: bed.old, isShared: () => false });
  expect(outcome).toEqual({ kind: "moved", to: bed.to });
}

/** In a bed of its own. */
async function stepsOfMove(): Promise<readonly string[]> {
  const other = openMovingBed(filled);
  try {
    const steps: string[] = [];
    keepMoveIntent(other.old, other.to);
    await moveDataFolder({
      folder: other.old,
      isShared: () => false,
      crashPoint: (name) => steps.push(name),
    });
    return steps;
  } finally {
    other.remove();
  }
}

/** Each file is like the next: the first one tells as much as all. */
function telling(steps: readonly string[]): string[] {
  const copied = steps.filter((step) => step.startsWith("copied "));
  return steps.filter((step) => !copied.includes(step) || step === copied[0]);
}
