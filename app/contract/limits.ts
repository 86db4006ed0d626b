/** What crosses between core and screen, at most. Sizes are UTF-8 bytes of JSON text. */
export const limits = {
  /** Requests of one client that are not answered yet; one more is answered BUSY. */
  requestsInFlight: 64,
  /** One message of a client: a workflow file is the largest thing that a person sends. */
  clientMessageBytes: 4 * 1024 * 1024,
  /** One page, one payload slice, one batch: larger things cross in pieces. */
  pieceBytes: 256 * 1024,
  /** A page whose first row is larger than a piece still crosses; nothing crosses above this. */
  coreMessageBytes: 2 * 1024 * 1024,
  /** Subscriptions of one client. */
  subscriptions: 16,
  /** Operations in one batch. */
  batchOps: 2_000,
  /** How long changes are collected before a batch leaves. */
  batchEveryMs: 50,
  /** Batches that may be under way without an acknowledgement. */
  unacknowledgedBatches: 2,
  /** How often a hidden client hears of counters. */
  hiddenEveryMs: 1_000,
  /** Rows of the run list that a client may watch: those on the screen, a screen above and one below. */
  watchedRuns: 400,
  /** The newest events that a snapshot of a run carries. */
  eventTail: 200,
  pageRows: 500,
  runRows: 200,
} as const;
