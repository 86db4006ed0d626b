import { join } from "node:path";
import * as z from "zod";
import { dataFile } from "./data-file.ts";

/** The interrupted runs for which a person said Later: the panel does not come back for them. */
export interface PutOffRuns {
  has(runId: string): boolean;
  readonly count: number;
  add(runIds: readonly string[]): void;
  /** Forgets every run that is not interrupted any more; when it stops again, the panel shows it again. */
  keepOnly(interrupted: ReadonlySet<string>): void;
  /** A resumed run may stop again. */
  forget(runId: string): void;
}

const PutOffFile = z.strictObject({ later: z.array(z.uuid()) });

export function openPutOffRuns(dataFolder: string, onDamage: (path: string) => void): PutOffRuns {
  const file = dataFile({
    path: join(dataFolder, "recovery-later.json"),
    schema: PutOffFile,
    empty: { later: [] },
    onDamage,
  });
  const runs = new Set(file.read().later);
  const save = (): void => file.write({ later: [...runs] });
  return {
    has: (runId) => runs.has(runId),
    get count() {
      return runs.size;
    },
    add(runIds) {
      for (const runId of runIds) runs.add(runId);
      save();
    },
    keepOnly(interrupted) {
      const gone = [...runs].filter((runId) => !interrupted.has(runId));
      if (gone.length === 0) return;
      for (const runId of gone) runs.delete(runId);
      save();
    },
    forget(runId) {
      if (runs.delete(runId)) save();
    },
  };
}
