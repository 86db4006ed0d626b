/**
 * What to do with a message of a subscription (architecture.md, One event): known or older ones are
 * ignored, the next one is applied, a gap asks for a fresh snapshot. `rev` is null before the first one.
 */
export function judgeMessage(
  rev: number | null,
  message:
    | { readonly kind: "snapshot"; readonly rev: number }
    | { readonly kind: "delta"; readonly fromRev: number; readonly toRev: number },
): "apply" | "ignore" | "gap" {
  if (message.kind === "snapshot") return "apply";
  // A snapshot is under way: it will hold this change.
  if (rev === null) return "ignore";
  if (message.toRev <= rev) return "ignore";
  return message.fromRev === rev ? "apply" : "gap";
}
