import type { RunEvent } from "../../app/model/run-event.ts";
import type { RunUpdate } from "../core/run-update.ts";
import { duration } from "./duration.ts";
import { eventText, type EventTextContext } from "./event-text.ts";
import { eventShape } from "./json-shapes.ts";
import { createLiveLines } from "./live-lines.ts";
import { text, type Output } from "./output.ts";

/** Shows a run while it goes on. */
export interface RunView {
  readonly update: (update: RunUpdate) => void;
  /** Takes what is live off the screen. */
  readonly close: () => void;
}

export function createRunView(output: Output): RunView {
  if (output.json) return jsonView(output);
  return output.isTerminal ? terminalView(output) : plainView(output);
}

function jsonView(output: Output): RunView {
  return {
    update(update) {
      if (update.type === "event") output.object(eventLine(update.event));
      else if (update.type === "log") {
        const { nodePath: nodeId, level, text: line } = update;
        output.object({ type: "log", nodeId, level, text: line });
      } else if (update.type === "notice") output.errorObject(update);
    },
    close: () => undefined,
  };
}

/** `type` says what the line is; the event's own type is `event`. */
function eventLine(event: RunEvent) {
  const { type, ...shape } = eventShape(event);
  return { type: "event", runId: event.runId, event: type, ...shape };
}

function plainView(output: Output): RunView {
  const startedAt = new Map<string, number>();
  return {
    update(update) {
      const line = lineOf(update, { output, startedAt });
      if (line !== null) output.line(line);
    },
    close: () => undefined,
  };
}

const redrawMs = 100;

function terminalView(output: Output): RunView {
  const live = createLiveLines(output);
  const running = new Map<string, RunningNode>();
  const startedAt = new Map<string, number>();
  const timer = setInterval(() => live.show(liveLines(running, output)), redrawMs);
  return {
    update(update) {
      track(running, update);
      const line = lineOf(update, { output, startedAt });
      if (line !== null) live.print(line, liveLines(running, output));
    },
    close() {
      clearInterval(timer);
      live.close();
    },
  };
}

interface RunningNode {
  readonly since: number;
  doing: string;
}

function track(running: Map<string, RunningNode>, update: RunUpdate): void {
  if (update.type === "progress") {
    const node = running.get(update.nodePath);
    const percent = `${Math.round(update.fraction * 100)} %`;
    if (node !== undefined) node.doing = [percent, update.message ?? ""].join("  ").trim();
  }
  if (update.type !== "event" || update.event.type !== "node.status") return;
  const { nodePath, to } = update.event.data;
  if (to === "running") running.set(nodePath, { since: Date.now(), doing: "" });
  else running.delete(nodePath);
}

function liveLines(running: ReadonlyMap<string, RunningNode>, output: Output): string[] {
  const room = Math.max(1, Math.min(12, output.rows - 4));
  const nodes = [...running];
  const shown = nodes.slice(0, room).map(([nodePath, { since, doing }]) => {
    const line = `  ▸ ${text(nodePath, 40)}  ${duration(Date.now() - since)}  ${text(doing, 80)}`;
    return output.paint("cyan", line.slice(0, output.columns - 1).trimEnd());
  });
  const rest = nodes.length - shown.length;
  return rest === 0 ? shown : [...shown, output.paint("dim", `    and ${rest} more`)];
}

function lineOf(update: RunUpdate, context: EventTextContext): string | null {
  const { output } = context;
  switch (update.type) {
    case "event":
      return eventText(update.event, context);
    case "log":
      return output.paint("dim", `    ${text(update.nodePath, 40)} │ ${text(update.text, 500)}`);
    case "notice":
      return output.paint("yellow", `! ${text(update.message)}`);
    case "progress":
      return null;
  }
}
