import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type * as z from "zod";
import { writeFileDurably } from "../../durable-files.ts";

/** A small JSON file in the data folder: what a person set, never what a run did. */
export interface DataFile<Value> {
  read(): Value;
  /** Durable when it returns: the old content or the new one, never half of it. */
  write(value: Value): void;
}

/** Missing or damaged counts as empty; `onDamage` hears of the latter, and the next write replaces it. */
export function dataFile<Schema extends z.ZodType>(options: {
  readonly path: string;
  readonly schema: Schema;
  readonly empty: z.output<Schema>;
  readonly onDamage: (path: string) => void;
}): DataFile<z.output<Schema>> {
  const { path, schema, empty, onDamage } = options;
  let known: { readonly value: z.output<Schema> } | null = null;
  return {
    read() {
      known ??= { value: readChecked() };
      return known.value;
    },
    write(value) {
      writeDurably(path, JSON.stringify(value, null, 2));
      known = { value };
    },
  };

  function readChecked(): z.output<Schema> {
    if (!existsSync(path)) return empty;
    try {
      return schema.parse(JSON.parse(readFileSync(path, "utf8")));
    } catch {
      onDamage(path);
      return empty;
    }
  }
}

/** As `writeFileDurably`, in a folder that may not be there yet. */
export function writeDurably(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileDurably(path, text);
}
