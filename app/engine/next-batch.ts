import type { Change, Group } from "../storage/change.ts";
import type { GroupOutcome } from "../storage/storage.ts";

/** What a run's writer knows of its row: the compare-and-set of its next groups. Revision 0: not created yet. */
export interface KnownRun {
  revision: number;
  lastSeq: number;
}

/** A group that waits for its batch. */
export interface Waiting {
  readonly groupId: string;
  readonly runId: string;
  readonly at: string;
  readonly changes: readonly Change[];
  readonly known: KnownRun | null;
  resolve(outcome: GroupOutcome): void;
  reject(error: unknown): void;
}

export interface BatchRoom {
  /** The batches that are on their way. */
  readonly underWay: ReadonlySet<readonly Waiting[]>;
  /** How many may be. */
  readonly atOnce: number;
  /** A batch beside another one has so many groups at least. */
  readonly fewestBeside: number;
}

/**
 * The groups of the next batch, and those that stay; null when none may go.
 *
 * In one batch a run has one writer, whose groups build on each other. A second writer of the same run (a
 * person's answer beside a claim) comes in the next batch: what it knows is old by then, and its
 * compare-and-set misses, as it must.
 *
 * Batches under way have no run in common: a run's groups are sent only when those before are answered, so its
 * order holds whichever batch is committed first, and a batch whose answer was lost can be sent again while
 * others go on. Nor have they a job in common: a new run of an old job, which counts on that the one before has
 * ended, goes in a batch that is alone.
 */
export function takeBatch(
  waiting: readonly Waiting[],
  { underWay, atOnce, fewestBeside }: BatchRoom,
): { readonly batch: readonly Waiting[]; readonly later: Waiting[] } | null {
  const isBeside = underWay.size > 0;
  if (atOnce > 1 && isBeside && [...underWay, waiting].some((items) => items.some(joinsJob)))
    return null;
  const isAlone = atOnce === 1 || waiting.some(joinsJob);
  const busy = new Set<string>();
  for (const batch of underWay) for (const { runId } of batch) busy.add(runId);

  const writers = new Map<string, KnownRun | null>();
  let batch: Waiting[] = [];
  const later: Waiting[] = [];
  for (const item of waiting) {
    if (!writers.has(item.runId) && !busy.has(item.runId)) writers.set(item.runId, item.known);
    const goes = writers.has(item.runId) && writers.get(item.runId) === item.known;
    (goes ? batch : later).push(item);
  }
  if (batch.length === 0 || (isBeside && batch.length < fewestBeside)) return null;
  if (!isAlone && !isBeside && writers.size >= 2 * fewestBeside) {
    // In equal parts, so that each is prepared while the others are committed.
    const runs = new Set([...writers.keys()].slice(0, Math.ceil(writers.size / atOnce)));
    later.length = 0;
    const inBatch = new Set(batch.filter(({ runId }) => runs.has(runId)));
    later.push(...waiting.filter((item) => !inBatch.has(item)));
    batch = [...inBatch];
  }
  return { batch, later };
}

export function toGroup(item: Waiting): Group {
  return {
    groupId: item.groupId,
    runId: item.runId,
    at: item.at,
    // Read when the batch is sent: the batch before may have moved it on.
    expect:
      item.known === null || item.known.revision === 0
        ? null
        : { revision: item.known.revision, lastSeq: item.known.lastSeq },
    changes: item.changes,
  };
}

function joinsJob({ changes }: Waiting): boolean {
  const [first] = changes;
  return first?.change === "createRun" && first.existingJob;
}
