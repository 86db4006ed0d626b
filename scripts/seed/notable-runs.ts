import type { Failure } from "../../app/model/failure.ts";
import type { RunStory } from "./story.ts";
import type { SeedWorkflow } from "./seed-workflows.ts";

/** A run worth looking at, and the session of the app that it is started in. */
export interface NotableRun {
  readonly session: SessionName;
  readonly story: RunStory;
  /** So many times it is resumed when the app starts again after an interruption; never by default. */
  readonly resumes?: number;
}

/** Sittings of the app, oldest first, as `seed-sessions.ts` lays them out before now. */
export type SessionName = "crash-1" | "crash-2" | "crash-3" | "power-loss" | "yesterday" | "today";

const minuteMs = 60_000;

type Details = Partial<Pick<RunStory, "nodes" | "pace" | "input" | "cancelAfterMs">> &
  Pick<NotableRun, "resumes">;

/**
 * One run of every state and of every thing that can happen to one. The first ones are those that even
 * a small history has; they are stored in order of their time.
 */
export function notableRuns(
  workflows: ReadonlyMap<string, SeedWorkflow>,
  nowMs: number,
): readonly NotableRun[] {
  const run = (
    id: string,
    session: SessionName,
    minutesAgo: number,
    details: Details = {},
  ): NotableRun => {
    const workflow = workflows.get(id);
    if (workflow === undefined) throw new Error(`There is no seed workflow "${id}".`);
    const { resumes = 0, ...more } = details;
    return {
      session,
      resumes,
      story: {
        definition: workflow.pinned,
        grants: workflow.grants,
        startMs: nowMs - minutesAgo * minuteMs,
        input: id === "invoice-triage" ? { invoice: "2026-1184" } : {},
        nodes: {},
        pace: 1,
        isDetailed: true,
        ...more,
      },
    };
  };
  const slowFetch = { "fetch-news": { durationMs: 3_600_000 } };
  return [
    // Interrupted four minutes ago: safe, and one that may have sent already.
    run("vendor-research", "today", 5, { pace: 5 }),
    run("daily-digest", "today", 6, {
      nodes: {
        ...digestFetches,
        "fetch-forum": {
          durationMs: 700,
          failedAttempts: [{ error: serverError(503), retryAfterMs: 1_240 }],
        },
        "send-email": { durationMs: 900_000 },
      },
    }),
    run("invoice-triage", "today", 26),
    run("vendor-research", "today", 58, { nodes: forumRetries }),
    run("daily-digest", "today", 72, { nodes: failedDigest }),
    run("support-replies", "today", 95, { nodes: { ...ticketTimes, translate: cannotTranslate } }),
    run("vendor-research", "today", 124, { cancelAfterMs: 21_000 }),
    run("trial-reminder", "today", 140, { input: { customer: "Ada Nordström" } }),
    run("daily-digest", "today", 152, { nodes: digestTimes }),
    run("vendor-research", "power-loss", 47 * 60, { pace: 70 }),
    run("daily-digest", "crash-1", 71 * 60 + 50, { nodes: slowFetch, resumes: 2 }),
    // What a longer history has besides.
    run("daily-digest", "crash-2", 71 * 60 + 28, { nodes: slowFetch, resumes: 1 }),
    run("invoice-triage", "today", 118, { nodes: approvedInvoice }),
    run("invoice-triage", "today", 200, {
      nodes: { ...approvedInvoice, book: bookedAfter(240_000) },
    }),
    run("daily-digest", "today", 215, {
      nodes: { ...digestTimes, "send-email": { durationMs: 30_000, outcomeUnknown: lostAnswer } },
    }),
    run("invoice-triage", "today", 231, {
      nodes: { "read-invoice": { durationMs: 410, fails: notFound } },
    }),
    run("support-replies", "today", 236, { nodes: ticketTimes }),
    run("sync-bookmarks", "today", 238, { nodes: { fetch: { durationMs: 510 } } }),
    run("vendor-research", "power-loss", 47 * 60 + 1, {
      pace: 70,
      resumes: 1,
      nodes: {
        ...forumRetries,
        table: { answer: { afterMs: 300_000, value: null } },
        publish: { durationMs: 820 },
      },
    }),
    run("vendor-research", "yesterday", 16 * 60 + 2, { pace: 9 }),
    run("daily-digest", "yesterday", 22 * 60, {
      nodes: { ...digestTimes, "fetch-forum": { durationMs: 2_300, payloadBytes: 1_400_000 } },
    }),
    run("support-replies", "yesterday", 21 * 60, { nodes: ticketTimes }),
    run("trial-reminder", "yesterday", 19 * 60, { input: { customer: "Grace Oyelaran" } }),
    run("invoice-triage", "yesterday", 18 * 60, {
      nodes: { ...approvedInvoice, book: bookedAfter(90_000) },
    }),
  ];
}

const digestFetches = {
  "fetch-news": { durationMs: 1_320, payloadBytes: 6_000 },
  "fetch-forum": { durationMs: 2_150, payloadBytes: 9_000 },
  "fetch-calendar": { durationMs: 640 },
  "write-file": { durationMs: 24 },
};

const digestTimes = { ...digestFetches, "send-email": { durationMs: 930 } };

const ticketTimes = {
  "fetch-tickets": { durationMs: 870 },
  translate: { durationMs: 1_900 },
  "queue-replies": { durationMs: 410 },
};

const forumRetries = {
  "read-forum": {
    durationMs: 2_400,
    failedAttempts: [
      { error: tooMany(), retryAfterMs: 2_180 },
      { error: serverError(502), retryAfterMs: 4_070 },
    ],
  },
};

const failedDigest = {
  ...digestFetches,
  "fetch-forum": {
    durationMs: 1_100,
    failedAttempts: [
      { error: serverError(503), retryAfterMs: 1_240 },
      { error: serverError(503), retryAfterMs: 2_110 },
      { error: timeout(), retryAfterMs: 4_480 },
      { error: serverError(503), retryAfterMs: 7_920 },
    ],
    fails: serverError(503),
  },
};

const cannotTranslate = {
  durationMs: 640,
  failedAttempts: [
    { error: serverError(500), retryAfterMs: 1_050 },
    { error: serverError(500), retryAfterMs: 2_020 },
  ],
  fails: serverError(500),
};

const approvedInvoice = {
  "read-invoice": { durationMs: 730 },
  approve: {
    answer: { afterMs: 340_000, value: { approved: true, account: "marketing" } },
  },
};

function bookedAfter(afterMs: number) {
  return { durationMs: 700, answer: { afterMs, value: { confirmed: true } } };
}

function serverError(status: number): Failure {
  return {
    code: "HTTP_STATUS",
    message: `https://news.example answered with status ${status}.`,
    retryable: true,
    details: { status, bodyStart: "upstream connect error or disconnect before headers" },
  };
}

function tooMany(): Failure {
  return {
    code: "HTTP_STATUS",
    message: "https://wiki.example answered with status 429.",
    retryable: true,
    details: { status: 429, retryAfterMs: 2_000, bodyStart: "rate limited" },
  };
}

function timeout(): Failure {
  return {
    code: "TIMEOUT",
    message: "No answer from https://news.example within 30 s.",
    retryable: true,
    causes: ["The operation was aborted due to timeout", "connect ETIMEDOUT 203.0.113.7:443"],
  };
}

const notFound: Failure = {
  code: "HTTP_STATUS",
  message: "https://books.example answered with status 404.",
  retryable: false,
  details: { status: 404, bodyStart: '{"error":"There is no invoice 2026-1184."}' },
};

const lostAnswer: Failure = {
  code: "TIMEOUT",
  message: "The request was sent, and no answer came within 30 s.",
  retryable: true,
  outcomeUnknown: true,
};
