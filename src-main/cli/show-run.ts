import { duration } from "./duration.ts";
import { text, type Output } from "./output.ts";
import type { WholeRun } from "./whole-run.ts";

/** A run's page for people: what it is, its steps, its history. */
export function showRun(output: Output, { run, nodes, events }: WholeRun): void {
  output.line(
    `${output.paint("bold", text(run.name))}  ${run.status}  ${text(run.statusReason)}`.trimEnd(),
  );
  for (const [label, value] of [
    ["run", run.id],
    ["job", run.jobId],
    ["created", run.createdAt],
    ["started", run.startedAt],
    ["finished", run.finishedAt],
    ["last beat", run.lastHeartbeatAt],
    ["waits until", run.wakeAt],
    ["steps", `${run.nodesDone} of ${run.nodesTotal}`],
    ["input", json(run.input)],
    ["output", run.output === null ? null : json(run.output)],
    ["error", run.error === null ? null : `${run.error.code}: ${text(run.error.message, 1_000)}`],
  ] as const) {
    if (value !== null) output.line(`  ${output.paint("dim", label.padEnd(12))}${value}`);
  }
  output.line();
  output.line(output.paint("bold", "Steps"));
  for (const node of nodes) showNode(output, node);
  output.line();
  output.line(output.paint("bold", "History"));
  for (const event of events) {
    const { name, capability, allowed } = event.data;
    const change = event.from === null ? event.to : `${asText(event.from)} → ${asText(event.to)}`;
    const verdict = allowed === undefined ? null : allowed === true ? "allowed" : "denied";
    const what = [event.nodeId, name, capability, verdict, change, event.reason]
      .filter((part) => part !== null && part !== undefined && part !== "")
      .map(asText);
    const { kind, via } = event.actor;
    const by = via === undefined ? kind : `${kind}, ${text(via)}`;
    output.line(
      `  ${String(event.seq).padStart(4)}  ${output.paint("dim", event.at)}  ${event.type.padEnd(18)}  ${what.join(" ")}  ${output.paint("dim", `(${by})`)}`,
    );
  }
}

function showNode(output: Output, node: WholeRun["nodes"][number]): void {
  const iteration = node.iteration === "" ? "" : ` [${node.iteration}]`;
  const name = `${text(node.nodeId, 60)}${iteration}`;
  output.line(
    `  ${name.padEnd(20)}  ${node.status.padEnd(12)}  ${text(node.type)}  ${text(node.reason)}`.trimEnd(),
  );
  if (node.output !== null) output.line(`      output  ${json(node.output)}`);
  if (node.error !== null)
    output.line(`      error   ${node.error.code}: ${text(node.error.message, 1_000)}`);
  if (node.question !== null) output.line(`      asks    ${text(node.question.text, 500)}`);
  for (const { number, status, startedAt, finishedAt, error } of node.attempts) {
    // One attempt that went well says nothing new.
    if (node.attempts.length === 1 && error === null) continue;
    const took =
      finishedAt === null ? "" : duration(Date.parse(finishedAt) - Date.parse(startedAt));
    const why = error === null ? "" : `${error.code}: ${text(error.message)}`;
    output.line(`      attempt ${number}  ${status}  ${took}  ${why}`.trimEnd());
  }
}

function json(value: unknown): string {
  return text(JSON.stringify(value), 400);
}

function asText(value: unknown): string {
  return text(typeof value === "string" ? value : JSON.stringify(value));
}
