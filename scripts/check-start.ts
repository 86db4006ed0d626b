// What `.ci/run` does with `npm start`: starts it as a new user would, uses it through its own address,
// kills it in the middle of a run, starts it again, and sees the run go on. Browser mode; without a browser.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, exchangeToken, openTab } from "../src-main/serve/tab.fixture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "handshake-start-"));
const data = join(folder, "data");
const ledger = join(folder, "ledger.txt");
const startLimitMs = 300_000;
/** As a file in the folder that it writes to. */
const sample = {
  from: "text" as const,
  text: readFileSync(join(root, "samples/long-report.json"), "utf8"),
  fileName: "long-report.json",
  path: join(folder, "long-report.json"),
};
const started: Started[] = [];

try {
  await tell();
  console.log("npm start held.");
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  for (const { kill } of started) await kill();
  rmSync(folder, { recursive: true, force: true });
}

async function tell(): Promise<void> {
  const first = await startApp();
  check("the reason for browser mode is said", /^Browser mode, because .+\.$/m.test(first.said()));
  const { origin } = new URL(first.address);
  await checkPage(origin);
  const key = await exchangeToken(first.address);
  check("a used address opens nothing", await isRefused(first.address));
  const tab = await openTab(origin, key);
  const { samples } = await tab.request("workflows.samples", {});
  check(
    "the samples are offered, a first one among them",
    samples.some(({ isFirst }) => isFirst),
  );
  const { runId } = await tab.request("run.start", {
    workflow: sample,
    input: { ledger: "ledger.txt", paceMs: 150 },
    grants: ["fs.write:."],
    requestKey: "check-start",
  });
  await eventually("half of the run is done", () => (turns().length >= 20 ? true : null));
  await first.kill();
  console.log(`  ✓ killed after ${turns().length} turns`);

  const second = await startApp();
  check("the address is the same, but for the token", new URL(second.address).origin === origin);
  const again = await openTab(origin, key);
  const { runs, total } = await again.request("recovery.get", {});
  check("the tab's key still counts, and the panel has the run", runs[0]?.run.runId === runId);
  check("it is stalled because of a crash", total === 1 && runs[0]?.reason === "crash");
  await again.request("run.resume", { runId });
  await eventually("the run ends", async () => {
    const { run } = await again.request("run.get", { runId });
    return run.status === "completed" ? true : null;
  });
  const repeated = turns().length - new Set(turns()).size;
  check("every turn stands in the ledger", new Set(turns()).size === 44);
  // The kill may fall between a turn's effect and its record; three agents read at the same time.
  check(`at most the turns under way were repeated (${repeated})`, repeated <= 3);
}

function turns(): readonly string[] {
  try {
    return readFileSync(ledger, "utf8").trim().split("\n");
  } catch {
    // The first turn has not ended.
    return [];
  }
}

async function checkPage(origin: string): Promise<void> {
  const page = await fetch(origin);
  const html = await page.text();
  check(
    "the page is there, with its policy",
    page.ok && page.headers.has("content-security-policy"),
  );
  const script = /src="([^"]+\.js)"/.exec(html)?.[1];
  check("its script is there", script !== undefined && (await fetch(new URL(script, origin))).ok);
}

async function isRefused(address: string): Promise<boolean> {
  return exchangeToken(address).then(
    () => false,
    () => true,
  );
}

interface Started {
  readonly address: string;
  readonly said: () => string;
  /** SIGKILL to all of it. */
  readonly kill: () => Promise<void>;
}

async function startApp(): Promise<Started> {
  // Without a display it takes browser mode by itself.
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
  const child = spawn("npm", ["start", "--", "--data", data], {
    cwd: root,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const exited = once(child, "exit").then(() => "exited" as const);
  const address = await Promise.race([addressIn(() => said), exited, limit(startLimitMs)]);
  if (address === "exited" || address === "late") {
    killGroup(child);
    throw new Error(`npm start ${address === "late" ? "shows no address" : "ended"}:\n${said}`);
  }
  console.log("  ✓ npm start shows an address as its last line");
  const app: Started = {
    address,
    said: () => said,
    async kill() {
      killGroup(child);
      await exited;
    },
  };
  started.push(app);
  return app;
}

/** The address, once it is the last line. */
async function addressIn(said: () => string): Promise<string> {
  for (;;) {
    const lastLine = said().trimEnd().split("\n").at(-1) ?? "";
    if (said().endsWith("\n") && /^http:\/\/127\.0\.0\.1:\d+\/#token=/.test(lastLine))
      return lastLine;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function limit(ms: number): Promise<"late"> {
  return new Promise((resolve) => setTimeout(resolve, ms, "late").unref());
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

function check(claim: string, holds: boolean): void {
  if (!holds) throw new Error(`  ✗ ${claim}`);
  console.log(`  ✓ ${claim}`);
}
