/** RFC 3339, UTC, milliseconds: the one form in which times are stored, so that text order is time order. */
export function isTimestamp(text: unknown): text is string {
  return typeof text === "string" && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text);
}
