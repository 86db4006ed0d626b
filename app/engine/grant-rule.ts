import { covers, parseCapability } from "../model/capability.ts";

/** The grant that allows `wanted`; null when none does. */
export function ruleFor(wanted: string, grants: readonly string[]): string | null {
  const parsed = parseCapability(wanted);
  if (!parsed.ok) return null;
  for (const grant of grants) {
    const allowed = parseCapability(grant);
    if (allowed.ok && covers(allowed.capability, parsed.capability)) return grant;
  }
  return null;
}
