import { execFileSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { startTicked, type TickedProcess } from "./ticked-process.ts";

/** Browser mode as people have it: a process of its own, the screens as they are shipped. */
export interface ServedApp {
  readonly origin: string;
  /** Opens once. */
  readonly address: string;
  /** From the start of the process to the printed address: recovered, and accepting work. */
  readonly startMs: number;
  readonly process: TickedProcess;
}

const Announced = z.looseObject({ type: z.literal("serve"), url: z.string(), port: z.number() });
const command = fileURLToPath(new URL("../../bin/handshake.mjs", import.meta.url));
const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

export async function startServed(dataFolder: string): Promise<ServedApp> {
  const begun = performance.now();
  const ticked = startTicked([command, "serve", "--json", "--data", dataFolder]);
  const { stdout } = ticked.child;
  if (stdout === null) throw new Error("Its output is a pipe.");
  for await (const line of createInterface({ input: stdout })) {
    const { url, port } = Announced.parse(JSON.parse(line));
    const startMs = performance.now() - begun;
    return { origin: `http://127.0.0.1:${port}`, address: url, startMs, process: ticked };
  }
  throw new Error("handshake serve ended before it said where it is.");
}

/** The screens of this checkout; a few seconds. */
export function buildScreens(): void {
  const vite = fileURLToPath(new URL("../../node_modules/vite/bin/vite.js", import.meta.url));
  const args = [vite, "build", "--config", "renderer.vite.config.ts", "--logLevel", "warn"];
  // The output of this process is a report.
  execFileSync(process.execPath, args, {
    cwd: projectFolder,
    stdio: ["ignore", "ignore", "inherit"],
  });
}
