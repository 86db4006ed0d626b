import * as z from "zod";
import type { JsonValue } from "../../app/model/json.ts";

/** Any JSON value, typed as ours. */
export const anyJson: z.ZodType<JsonValue> = z.json();
