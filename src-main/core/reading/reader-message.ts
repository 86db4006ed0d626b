import type { DatabaseChoice } from "../database-choice.ts";
import type { ThreadFailure } from "../thread-failure.ts";
import type { ScreenReads } from "./screen-reads.ts";

/** What the reader thread is told. The two ends are of one program, so nothing is parsed here. */
export type ToReader =
  /** Once, when the owner has prepared the data. */
  | { readonly kind: "open"; readonly dataFolder: string; readonly database: DatabaseChoice }
  | {
      readonly kind: "read";
      readonly id: number;
      readonly method: keyof ScreenReads;
      readonly args: readonly unknown[];
    }
  /** It ends by itself once everything before is answered. */
  | { readonly kind: "close" };

export type FromReader =
  | { readonly kind: "open" }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  /** Without an id: it could not be opened. */
  | { readonly kind: "error"; readonly id: number | null; readonly failure: ThreadFailure };
