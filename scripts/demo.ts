// `npm run demo`: a long run is killed half-way, found again, resumed, and what ran is counted.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, styleText } from "node:util";
import { prove, savedTurns } from "./demo-proof.ts";
import { Recovery, RunLine, type ShownRun } from "./handshake-json.ts";
import { runHandshake, showRun, startHandshake } from "./handshake-process.ts";

const paceMs = 400;
/** Chapter 1 has six pages: its node is in the middle of its work then. */
const killAfter = { nodeId: "chapter-1", turn: "page 3" };

const { values } = parseArgs({ options: { keep: { type: "boolean" } } });
const folder = mkdtempSync(join(tmpdir(), "handshake-demo-"));
const data = join(folder, "data");
const cwd = join(folder, "work");
const ledger = join(cwd, "ledger.txt");
const sample = fileURLToPath(new URL("../samples/long-report.json", import.meta.url));
mkdirSync(cwd);

process.exitCode = await tell().finally(() => {
  if (values.keep === true) console.log(`\nKept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
});

async function tell(): Promise<number> {
  title("1. A long run");
  say(
    "Nine agents write a report. Each turn of an agent is saved at once, and adds a line to a file",
  );
  say("outside the database, so that what ran can be counted without asking Handshake.\n");
  await runUntilKilled();

  const before = await showRun("last", { data, cwd });
  title("2. Started again");
  await recover(before);

  title("3. Resumed");
  await resume(before.run.id);

  title("4. Counted");
  const after = await showRun(before.run.id, { data, cwd });
  const checks = prove({ before, after, ledger: readLedger() });
  for (const { claim, holds, found } of checks) {
    console.log(
      `  ${holds ? styleText("green", "✓") : styleText("red", "✗")} ${claim} ${dim(`(${found})`)}`,
    );
  }
  const broken = checks.filter(({ holds }) => !holds).length;
  console.log(
    broken === 0
      ? `\n${styleText("bold", "It held.")}`
      : `\n${broken} of ${checks.length} did not hold.`,
  );
  return broken === 0 ? 0 : 1;
}

async function runUntilKilled(): Promise<void> {
  const input = JSON.stringify({ ledger: "ledger.txt", paceMs });
  const args = ["run", sample, "--input", input, "--allow", "fs.write:.", "--data", data];
  const nodes = new Map<unknown, string>();
  const running = startHandshake({
    args,
    cwd,
    onLine(line) {
      const turn = showProgress(line, nodes);
      if (turn?.nodeId !== killAfter.nodeId || turn.name !== killAfter.turn) return;
      running.child.kill("SIGKILL");
    },
  });
  const code = await running.ended;
  if (code !== null)
    throw new Error(`The run ended before it was killed (${code}): ${running.errors()}`);
  console.log(
    `  ${styleText("red", "✗ kill -9")} ${dim(`process ${running.pid} is gone, without a word of farewell`)}`,
  );
}

async function recover(before: ShownRun): Promise<void> {
  const [line] = await runHandshake(["recover", "--data", data], cwd);
  const report = Recovery.parse(line);
  for (const { reason, lastHeartbeatAt } of report.stalled) {
    say(`Found interrupted: 1 run (${reason}), last sign of life ${lastHeartbeatAt ?? "unknown"}.`);
  }
  if (report.stalled.length !== 1)
    throw new Error(`Found ${report.stalled.length} interrupted runs, not 1.`);
  const saved = savedTurns(before);
  const done = before.nodes.filter(({ status }) => status === "completed");
  say(
    `Saved: ${done.length} steps that were done (${done.map(({ nodeId }) => nodeId).join(", ")})`,
  );
  const open = before.nodes.filter(({ status }) => status === "running");
  for (const { nodeId } of open) {
    const turns = saved.filter((turn) => turn.startsWith(`${nodeId}: `)).length;
    say(`and ${turns} turns of ${nodeId}, which was in the middle of its work.`);
  }
}

async function resume(runId: string): Promise<void> {
  const nodes = new Map<unknown, string>();
  const resumed = startHandshake({
    args: ["resume", runId, "--data", data],
    cwd,
    onLine: (line) => void showProgress(line, nodes),
  });
  const code = await resumed.ended;
  if (code !== 0) throw new Error(`The resumed run ended with ${code}: ${resumed.errors()}`);
}

/** Prints a line of the run's progress; returns the turn that was saved, if it tells of one. */
function showProgress(
  line: unknown,
  nodes: Map<unknown, string>,
): { readonly nodeId: string; readonly name: string } | null {
  const parsed = RunLine.parse(line);
  if (parsed.type !== "event") return null;
  const { event, nodeId, to, data: details } = parsed;
  if (nodeId !== null) nodes.set(details["nodeExecutionId"], nodeId);
  if (event === "node.status" && to === "completed") {
    console.log(`  ${styleText("green", "✓")} ${nodeId}`);
  }
  if (event !== "step.recorded") return null;
  const turn = {
    nodeId: nodes.get(details["nodeExecutionId"]) ?? "?",
    name: String(details["name"]),
  };
  console.log(dim(`    ${turn.nodeId}: ${turn.name}`));
  return turn;
}

function readLedger(): readonly string[] {
  if (!existsSync(ledger)) return [];
  return readFileSync(ledger, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function title(text: string): void {
  console.log(`\n${styleText("bold", text)}`);
}

function say(text: string): void {
  console.log(`  ${text}`);
}

function dim(text: string): string {
  return styleText("dim", text);
}
