import { createHash, randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { OutsideCommit } from "../../../app/engine/engine.ts";
import type { DatabaseAddress } from "./postgres-address.ts";
import { connectAlone, type PostgresConnection } from "./postgres-connection.ts";

export interface Watch {
  close(): Promise<void>;
}

/** Commits are told together, after this time: nobody waits for it. */
const tellAfterMs = 100;
/** While nothing is heard, because the connection is down, unfinished runs are looked at this often. */
const pollEveryMs = 1_000;
/** A run whose newest commit was heard longer ago than those of so many others is told when it is seen again. */
const mostRemembered = 10_000;
/** NOTIFY takes 8,000 bytes; one entry has about 60. */
const commitsPerNotice = 100;

/**
 * Tells engines of each other's commits by LISTEN and NOTIFY, outside the batches: late, merged and now and
 * then not at all, so that nothing may depend on it.
 */
export function createNotices(options: {
  readonly address: DatabaseAddress;
  readonly connection: PostgresConnection;
  readonly timeoutMs: number;
}) {
  const { address, connection, timeoutMs } = options;
  const channel = channelOf(address);
  /** Own notices come back, and are known already. */
  const sender = randomUUID().slice(0, 8);
  const toTell = new Map<string, number>();
  let telling: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;

  /** After a COMMIT. */
  function note(runId: string, lastSeq: number): void {
    toTell.set(runId, lastSeq);
    timer ??= setTimeout(() => {
      timer = null;
      telling = tell();
    }, tellAfterMs).unref();
  }

  async function tell(): Promise<void> {
    const commits = [...toTell];
    toTell.clear();
    try {
      for (let from = 0; from < commits.length; from += commitsPerNotice) {
        const notice = JSON.stringify([sender, commits.slice(from, from + commitsPerNotice)]);
        await connection.read("Could not tell other engines", (query) =>
          query(notify, [channel, notice]),
        );
      }
    } catch {
      // The others poll.
    }
  }

  /** What was noted last reaches the others before the connections close. */
  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    await telling;
    if (toTell.size > 0) await tell();
  }

  function watch(listener: (commits: readonly OutsideCommit[]) => void): Watch {
    let client: Client | null = null;
    let next: NodeJS.Timeout | undefined;
    let isClosed = false;
    let isListening = false;
    /** How far runs were at the last poll, or as it was heard since then. */
    let seen: Map<string, number> | null = null;
    let looking: Promise<void> = look();

    /** Listens, and polls once: what was committed while nobody listened was told to nobody. */
    async function look(): Promise<void> {
      try {
        if (client === null) await listen();
        await poll();
      } catch {
        // Tried again at the next look.
      }
      if (!isClosed && !isListening) schedule();
    }

    function schedule(): void {
      clearTimeout(next);
      next = setTimeout(() => {
        looking = look();
      }, pollEveryMs);
      next.unref();
    }

    async function listen(): Promise<void> {
      const fresh = await connectAlone({ address, timeoutMs });
      const lost = (): void => {
        if (client !== fresh) return;
        client = null;
        isListening = false;
        if (!isClosed) schedule();
      };
      fresh.on("error", lost);
      fresh.on("end", lost);
      fresh.on("notification", ({ payload }) => hear(payload ?? ""));
      try {
        await fresh.query(`listen ${channel}`);
      } catch (error) {
        fresh.end().catch(() => undefined);
        throw error;
      }
      client = fresh;
      isListening = true;
    }

    function hear(payload: string): void {
      const { from, commits: heard } = noticeOf(payload);
      for (const { runId, lastSeq } of heard) remember(runId, lastSeq);
      const commits = from === sender ? [] : heard;
      if (!isClosed && commits.length > 0) listener(commits);
    }

    /** What the next poll compares with, should nobody listen until then. */
    function remember(runId: string, lastSeq: number): void {
      if (seen === null) return;
      seen.delete(runId);
      seen.set(runId, lastSeq);
      const [oldest] = seen.keys();
      if (seen.size > mostRemembered && oldest !== undefined) seen.delete(oldest);
    }

    /** Unfinished runs that are new or went on, and those that are not unfinished any more. */
    async function poll(): Promise<void> {
      const rows = await connection.read("Could not look for changes", (query) =>
        query<{ run_id: string; last_seq: number }>(unfinished),
      );
      const now = new Map(rows.map(({ run_id, last_seq }) => [run_id, last_seq]));
      const before = seen;
      seen = now;
      if (before === null) return;
      const changed = [...now].filter(([runId, lastSeq]) => before.get(runId) !== lastSeq);
      const gone = [...before].filter(([runId]) => !now.has(runId));
      const commits = [...changed, ...gone].map(([runId, lastSeq]) => ({ runId, lastSeq }));
      if (!isClosed && commits.length > 0) listener(commits);
    }

    return {
      async close() {
        isClosed = true;
        clearTimeout(next);
        await looking;
        await client?.end().catch(() => undefined);
      },
    };
  }

  return { note, flush, watch };
}

/** A name of its own for each schema. */
function channelOf({ schema }: DatabaseAddress): string {
  return `handshake_${createHash("sha256").update(schema).digest("hex").slice(0, 16)}`;
}

/** Without commits for what is no notice of ours. */
function noticeOf(payload: string): { from: unknown; commits: readonly OutsideCommit[] } {
  const [from, entries] = listOf(parsed(payload));
  const commits = listOf(entries).flatMap((entry) => {
    const [runId, lastSeq] = listOf(entry);
    return typeof runId === "string" && typeof lastSeq === "number" ? [{ runId, lastSeq }] : [];
  });
  return { from, commits };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const notify = { name: "notify", text: "select pg_notify($1, $2)" };

const unfinished = {
  name: "unfinished",
  text: `select run_id, last_seq from workflow_run
    where status not in ('completed', 'completed_with_issues', 'failed', 'cancelled')
    order by ordinal desc limit 10000`,
};
