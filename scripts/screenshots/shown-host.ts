import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { fillFolder } from "../seed/fill-folder.ts";

/** Browser mode on a data folder of its own, at a moved hour. */
export interface ShownHost {
  readonly folder: string;
  readonly port: number;
  /** From this machine's time of day to the host's. */
  readonly offsetMs: number;
  /** Opens once, in one browser. */
  readonly address: string;
  /** Ends it as a crash does; the folder stays. */
  kill(): Promise<void>;
  /** Starts it again after a kill: the same port, so that an open page comes back. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL("../../bin/handshake.mjs", import.meta.url));
const shiftClock = new URL("./shift-clock.mjs", import.meta.url).href;

const Announcement = z.object({ type: z.literal("serve"), url: z.string(), port: z.number() });

/** Starts it; with `runs`, on a history of so many that ends at `nowMs`. */
export async function startShownHost(options: {
  readonly nowMs: number;
  readonly runs: number;
}): Promise<ShownHost> {
  const { nowMs, runs } = options;
  // One name, so that every picture shows the same one.
  const parent = join(tmpdir(), "ada");
  rmSync(parent, { recursive: true, force: true });
  mkdirSync(parent);
  const folder = join(parent, "handshake-data");
  if (runs > 0) await fillFolder({ folder, runs, nowMs, seed: 1 });
  const offsetMs = nowMs - Date.now();
  let serving = await serve({ folder, offsetMs });
  return {
    folder,
    port: serving.port,
    offsetMs,
    get address() {
      return serving.url;
    },
    async kill() {
      const ended = once(serving.child, "exit");
      serving.child.kill("SIGKILL");
      await ended;
    },
    async restart() {
      serving = await serve({ folder, offsetMs });
    },
    async close() {
      if (serving.child.exitCode === null && serving.child.signalCode === null) {
        const ended = once(serving.child, "exit");
        serving.child.kill("SIGKILL");
        await ended;
      }
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

async function serve(options: {
  readonly folder: string;
  readonly offsetMs: number;
}): Promise<{ readonly child: ChildProcess; readonly url: string; readonly port: number }> {
  const { folder, offsetMs } = options;
  const child = spawn(process.execPath, [program, "serve", "--json", "--data", folder], {
    env: {
      ...process.env,
      // In every thread, also those that the app starts with options of its own.
      NODE_OPTIONS: `--import=${shiftClock}`,
      HANDSHAKE_CLOCK_OFFSET_MS: String(offsetMs),
      // Samples write there, and pictures name it.
      HOME: dirname(folder),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  for await (const line of createInterface({ input: child.stdout })) {
    const announced = Announcement.safeParse(JSON.parse(line));
    if (announced.success) return { child, ...announced.data };
  }
  throw new Error(`Browser mode did not start: ${errors}`);
}
