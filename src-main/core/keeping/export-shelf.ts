import { randomUUID } from "node:crypto";
import type { ExportedFile } from "../reading/read-export.ts";

/** Exported files that are being fetched in pieces. */
export interface ExportShelf {
  put(file: ExportedFile): { readonly exportId: string; readonly totalBytes: number };
  get(exportId: string): Buffer | null;
}

const keptFiles = 3;
const keptMs = 5 * 60_000;

export function createExportShelf(now: () => number): ExportShelf {
  const files = new Map<string, { readonly bytes: Buffer; readonly until: number }>();
  const sweep = (): void => {
    for (const [id, { until }] of files) if (until < now()) files.delete(id);
    const [oldest] = files.keys();
    if (files.size > keptFiles && oldest !== undefined) files.delete(oldest);
  };
  return {
    put({ text }) {
      const exportId = randomUUID();
      const bytes = Buffer.from(text);
      files.set(exportId, { bytes, until: now() + keptMs });
      sweep();
      return { exportId, totalBytes: bytes.length };
    },
    get(exportId) {
      sweep();
      return files.get(exportId)?.bytes ?? null;
    },
  };
}
