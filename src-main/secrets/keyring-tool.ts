import { spawn } from "node:child_process";
import { once } from "node:events";
import { SecretSourceError } from "./secret-source.ts";

export interface ToolAnswer {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the keyring's tool. `input` is the only way in for a value: arguments can be read by every user. */
export async function runKeyringTool(
  tool: string,
  options: {
    readonly args: readonly string[];
    readonly input?: string;
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly whenAbsent: string;
  },
): Promise<ToolAnswer> {
  const child = spawn(tool, options.args, {
    env: withoutSecrets(options.environment),
    stdio: "pipe",
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  // It may end without reading; its exit code then says what that meant.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  try {
    await once(child, "close");
  } catch (cause) {
    throw new SecretSourceError("KEYRING_UNAVAILABLE", options.whenAbsent, { cause });
  }
  return { exitCode: child.exitCode, stdout: stdout(), stderr: stderr() };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

function withoutSecrets(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith("HANDSHAKE_")),
  );
}
