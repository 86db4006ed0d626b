import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { JsonObject } from "../../app/model/json.ts";
import { fileRead } from "./file-read.ts";
import { fileWrite } from "./file-write.ts";
import { fakeNodeContext } from "./node-context.fixture.ts";

// Three folders, made anew for each test: `granted`, which nodes may use, `outside` and `dataFolder`.

export let root: string;
export let granted: string;
export let outside: string;
export let dataFolder: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "file-nodes-")));
  [granted, outside, dataFolder] = ["granted", "outside", "data"].map((name) =>
    join(root, name),
  ) as [string, string, string];
  for (const folder of [granted, outside, dataFolder]) await mkdir(folder);
  await writeFile(join(outside, "f"), "outside");
  await writeFile(join(dataFolder, "f"), "data");
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

type Options = {
  grants?: string[];
  onCapability?: () => Promise<void>;
  folders?: "handle" | "compare";
  signal?: AbortSignal;
};

export function access(options: Options) {
  return {
    dataFolder,
    workingDirectory: granted,
    ...(options.folders === undefined ? {} : { folders: options.folders }),
  };
}

export function contextOf(options: Options) {
  return fakeNodeContext({ grants: [`fs.read:${granted}/`, `fs.write:${granted}/`], ...options });
}

export const read = async (input: JsonObject, options: Options = {}) =>
  fileRead(access(options)).execute(input, contextOf(options));

export const write = async (input: JsonObject, options: Options = {}) =>
  fileWrite(access(options)).execute(input, contextOf(options));
