import type { SeededRandom } from "../../faults/seeded-random.ts";
import type { NotableRun, SessionName } from "./notable-runs.ts";
import type { SeedWorkflow } from "./seed-workflows.ts";
import type { NodeStory, RunStory } from "./story.ts";

/** One sitting of the app: what is started in it, and how it ends. */
export interface Session {
  readonly startMs: number;
  readonly endMs: number;
  readonly end: "clean" | "crash" | "power_loss";
  /** In the order of their start. */
  readonly runs: readonly SessionRun[];
}

export interface SessionRun {
  readonly story: RunStory;
  /** How often it is resumed after an interruption. */
  readonly resumes: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** A longer history has busier days, not more than these. */
const mostDays = 90;

/** The sessions that end four minutes before `nowMs`, the last one by a kill; oldest first. */
export function sessionsWith(options: {
  readonly notable: readonly NotableRun[];
  /** How many ordinary runs come before. */
  readonly ordinary: number;
  readonly workflows: ReadonlyMap<string, SeedWorkflow>;
  readonly nowMs: number;
  readonly random: SeededRandom;
}): readonly Session[] {
  const { notable, nowMs } = options;
  const at = (hoursAgo: number, minutes = 0): number =>
    nowMs - hoursAgo * hourMs + minutes * minuteMs;
  const named = (
    name: SessionName,
    startMs: number,
    endMs: number,
    end: Session["end"] = "crash",
  ): Session => ({
    startMs,
    endMs,
    end,
    runs: notable
      .filter(({ session }) => session === name)
      .map(({ story, resumes = 0 }) => ({ story, resumes }))
      .toSorted((a, b) => a.story.startMs - b.story.startMs),
  });
  return [
    ...ordinaryDays(options),
    named("crash-1", at(72), at(72, 25)),
    named("crash-2", at(72, 30), at(72, 50)),
    named("crash-3", at(72, 55), at(72, 80)),
    named("power-loss", at(49), at(47, 15), "power_loss"),
    named("yesterday", at(23), at(16), "clean"),
    named("today", at(4), nowMs - 4 * minuteMs),
  ];
}

/** Working days of many small runs and some large ones; now and then the app crashes. */
function ordinaryDays(options: Parameters<typeof sessionsWith>[0]): Session[] {
  const { ordinary, nowMs, random, workflows } = options;
  const days = Math.min(mostDays, Math.ceil(ordinary / 14));
  const sessions: Session[] = [];
  let left = ordinary;
  for (let day = 0; day < days; day += 1) {
    const count = Math.round(left / (days - day));
    left -= count;
    const startMs = nowMs - (days - day + 3) * dayMs - 6 * hourMs;
    const spanMs = 10 * hourMs;
    const starts = Array.from({ length: count }, () => startMs + random.below(spanMs)).toSorted(
      (a, b) => a - b,
    );
    sessions.push({
      startMs,
      endMs: startMs + spanMs + hourMs,
      end: random.chance(0.04) ? "crash" : "clean",
      runs: starts.map((ms) => ({ story: ordinaryStory(workflows, ms, random), resumes: 1 })),
    });
  }
  return sessions;
}

const shares = [
  ["sync-bookmarks", 0.72],
  ["daily-digest", 0.82],
  ["support-replies", 0.93],
  ["invoice-triage", 0.98],
  ["vendor-research", 1],
] as const;

function ordinaryStory(
  workflows: ReadonlyMap<string, SeedWorkflow>,
  startMs: number,
  random: SeededRandom,
): RunStory {
  const share = random.next();
  const id = shares.find(([, upTo]) => share < upTo)?.[0] ?? "sync-bookmarks";
  const workflow = workflows.get(id);
  if (workflow === undefined) throw new Error(`There is no seed workflow "${id}".`);
  const isCancelled = id !== "sync-bookmarks" && random.chance(0.05);
  return {
    definition: workflow.pinned,
    grants: workflow.grants,
    startMs,
    input: id === "invoice-triage" ? { invoice: `2026-${1_000 + random.below(900)}` } : {},
    nodes: ordinaryNodes(workflow, random),
    pace: 0.6 + random.next(),
    isDetailed: false,
    ...(isCancelled ? { cancelAfterMs: 600 + random.below(4_000) } : {}),
  };
}

function ordinaryNodes(
  { pinned }: SeedWorkflow,
  random: SeededRandom,
): Readonly<Record<string, NodeStory>> {
  const failsAt = random.chance(0.04) ? random.below(pinned.resolved.nodes.length) : -1;
  return Object.fromEntries(
    pinned.resolved.nodes.map(({ id, type, review, sensitive }, index): [string, NodeStory] => {
      const durationMs =
        type === "agent.scripted" ? random.between(4_000, 40_000) : random.between(8, 2_600);
      const isAsked = type === "approval" || review || sensitive === true;
      const afterMs = random.between(20_000, 1_500_000);
      const value =
        type === "approval" ? { approved: true, account: "office" } : { confirmed: true };
      return [
        id,
        {
          durationMs,
          ...(isAsked ? { answer: { afterMs, value } } : {}),
          ...(index === failsAt && !isAsked ? { fails: ordinaryFailure } : {}),
          ...(type === "http.request" && random.chance(0.08)
            ? { failedAttempts: [ordinaryRetry] }
            : {}),
        },
      ];
    }),
  );
}

const ordinaryFailure = {
  code: "HTTP_STATUS",
  message: "The server answered with status 503.",
  retryable: true,
  details: { status: 503 },
};
const ordinaryRetry = { error: ordinaryFailure, retryAfterMs: 1_130 };
