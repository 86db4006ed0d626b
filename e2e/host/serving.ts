import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { TestFolder } from "./test-folder.ts";

const program = fileURLToPath(new URL("../../bin/handshake.mjs", import.meta.url));

const Announced = z.looseObject({ type: z.literal("serve"), url: z.url(), port: z.number() });

/** `handshake serve`, as a person starts it. */
export interface Serving {
  /** With its one-time token. */
  readonly address: string;
  readonly origin: string;
  readonly pid: number;
  readonly kill: () => Promise<void>;
}

export async function startServing(
  folder: TestFolder,
  {
    hooks,
    env,
  }: { readonly hooks: readonly string[]; readonly env: Readonly<Record<string, string>> },
): Promise<Serving> {
  const preloads = ["recovery-at-port.cjs", ...hooks].flatMap((hook) => [
    "-r",
    fileURLToPath(new URL(`../hooks/${hook}`, import.meta.url)),
  ]);
  const args = [...preloads, program, "serve", "--json", "--data", folder.data];
  const child = spawn(process.execPath, args, {
    cwd: folder.path,
    env: { ...process.env, HOME: folder.home, RECOVERY_SEEN_DATA: folder.data, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const lines = createInterface(child.stdout);
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once("line", resolve)),
    exited.then((): never => {
      throw new Error(`handshake serve ended: ${said}`);
    }),
  ]);
  const { url } = Announced.parse(JSON.parse(line) as unknown);
  return {
    address: url,
    origin: new URL(url).origin,
    pid: child.pid ?? 0,
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
}
