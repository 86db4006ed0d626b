import { isDeepStrictEqual } from "node:util";

/** Whether two JSON values say the same; the order of members does not matter. */
export function isSameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

/** Without undefined members, which JSON does not have. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
