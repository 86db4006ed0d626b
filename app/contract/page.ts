import * as z from "zod";
import { limits } from "./limits.ts";

/** How many rows to send at most; a page ends earlier where it would be larger than a piece. */
export const pageLimit = z.number().int().min(1).max(limits.pageRows).default(100);

/** Rows behind this number, in order; 0 is the beginning. */
export const pageInput = { after: z.number().int().nonnegative().default(0), limit: pageLimit };

/** Where the next page begins, or null at the end. */
export const pageNext = z.number().int().nonnegative().nullable();
