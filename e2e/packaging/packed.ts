import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test as base } from "@playwright/test";
import * as z from "zod";
import { openArchive, type Archive } from "../electron-host/archive.ts";
import { hostEnvironment, whyNotHere } from "../test-host.ts";

export type PackedPlatform = "linux" | "win32" | "darwin";

/** The packages of all platforms, made once for a worker, in a folder that goes with it. */
export interface Packed {
  readonly folder: string;
  /** The app's archive of this platform. */
  readonly archive: (platform: PackedPlatform) => Archive;
  /** A file or folder of this platform's package. */
  readonly path: (platform: PackedPlatform, inside: string) => string;
  /** Packs again for Linux, without one line of one list of electron-builder.yml. */
  readonly packWithout: (list: "files" | "asarUnpack", line: string) => Promise<LinuxPackage>;
}

export interface LinuxPackage {
  readonly archive: Archive;
  readonly program: string;
}

const packages = { linux: "linux-unpacked", win32: "win-unpacked", darwin: "mac-arm64" } as const;
const resources = {
  linux: "resources",
  win32: "resources",
  darwin: "Handshake.app/Contents/Resources",
} as const;

export const test = base.extend<object, { readonly packed: Packed }>({
  packed: [
    // Playwright wants the pattern.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      // What is made runs, and is looked at, on Linux; elsewhere a release packs the real one.
      base.skip(process.platform !== "linux", "packs with a made-up Electron on Linux only");
      const reason = whyNotHere();
      base.skip(reason !== null, reason ?? "");
      const folder = mkdtempSync(join(tmpdir(), "handshake-packages-"));
      try {
        await use(await packIn(folder));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

async function packIn(folder: string): Promise<Packed> {
  await pack(folder);
  const path = (platform: PackedPlatform, inside: string): string =>
    join(folder, "packages", packages[platform], inside);
  let mutants = 0;
  return {
    folder,
    path,
    archive: (platform) => openArchive(path(platform, join(resources[platform], "app.asar"))),
    async packWithout(list, line) {
      const mutant = join(folder, `mutant-${(mutants += 1)}`);
      mkdirSync(mutant);
      await pack(mutant, "--without", list, line);
      const linux = join(mutant, "packages", packages.linux);
      return {
        archive: openArchive(join(linux, resources.linux, "app.asar")),
        program: join(linux, "handshake"),
      };
    },
  };
}

const run = promisify(execFile);

async function pack(folder: string, ...options: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL("./pack-offline.ts", import.meta.url));
  await run(process.execPath, [script, folder, ...options]);
}

/** As far as specs look at it; src-main/electron/self-test.ts writes it. */
const Report = z.looseObject({
  ok: z.boolean(),
  problem: z.string().nullable(),
  isPackaged: z.boolean(),
  order: z.array(z.string()),
  run: z.object({ status: z.string() }).nullable(),
  host: z.record(z.string(), z.string()),
  core: z
    .object({
      coreThread: z.string(),
      readerThread: z.string(),
      expressionWorker: z.string(),
      nativeModule: z.string().nullable(),
      migrations: z.object({ folder: z.string(), files: z.array(z.string()) }),
      samples: z.object({ folder: z.string(), files: z.array(z.string()) }),
    })
    .nullable(),
});

export interface SelfTested {
  readonly exitCode: number;
  readonly report: z.infer<typeof Report>;
}

/** Runs a package's self-test with nothing of this project around it. */
export async function selfTest(program: string): Promise<SelfTested> {
  const folder = mkdtempSync(join(tmpdir(), "handshake-self-test-spec-"));
  try {
    const report = join(folder, "report.json");
    const env = { PATH: process.env["PATH"] ?? "", HOME: folder, ...hostEnvironment() };
    const exitCode = await run(program, ["--self-test", report], { cwd: folder, env }).then(
      () => 0,
      (error: unknown) => exitCodeOf(error),
    );
    if (!existsSync(report)) throw new Error(`The self-test ended with ${exitCode} and no report.`);
    return { exitCode, report: Report.parse(JSON.parse(readFileSync(report, "utf8"))) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function exitCodeOf(error: unknown): number {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (typeof code !== "number") throw error;
  return code;
}
