import fc from "fast-check";
import { expect, test } from "vitest";
import { placeOfLink } from "./place-of-link.ts";

const runId = "01a20617-7310-78f9-8000-123400000000";

test.for([
  ["handshake://runs", "/runs"],
  ["handshake:runs", "/runs"],
  ["handshake:///runs?q=status:failed&tab=stalled", "/runs?q=status%3Afailed&tab=stalled"],
  [`handshake://run/${runId}`, `/run/${runId}`],
  [`handshake://run/${runId}/?view=events&node=draft`, `/run/${runId}?view=events&node=draft`],
  ["handshake://needs-you/", "/needs-you"],
  ["handshake://workflows", "/workflows"],
  ["handshake://settings/updates", "/settings/updates"],
  ["handshake://settings", "/settings"],
] as const)("%s leads to %s", ([link, path]) => {
  expect(placeOfLink(link)).toBe(path);
});

test.for([
  ["another scheme", "https://run/"],
  ["no place", "handshake:"],
  ["an unknown place", "handshake://start/long-report"],
  ["an action behind a run", `handshake://run/${runId}/cancel`],
  ["an action in the query", `handshake://run/${runId}?action=resume`],
  ["an action beside what is known", `handshake://run/${runId}?view=events&confirm=1`],
  ["a key twice", "handshake://runs?tab=all&tab=stalled"],
  ["no id of a run", "handshake://run/last"],
  ["a way up", "handshake://run/../settings"],
  ["a way up in the id", "handshake://run/%2e%2e%2fsettings"],
  ["a view that there is none of", `handshake://run/${runId}?view=raw`],
  ["characters that nobody sees", "handshake://runs?q=a%E2%80%AEb"],
  ["a fragment", `handshake://run/${runId}#token=1`],
  ["a person", "handshake://me@runs"],
  ["a port", "handshake://runs:80"],
  ["a long one", `handshake://runs?q=${"a".repeat(3_000)}`],
] as const)("%s is refused: %s", ([, link]) => {
  expect(placeOfLink(link)).toBeNull();
});

test("whatever a link holds, what comes through is one of five places", () => {
  const part = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom("run", "runs", "settings", "..", "?", "&", "#", "%2e", "//", runId, "tab="),
  );
  const link = fc.array(part, { maxLength: 8 }).map((parts) => `handshake:${parts.join("/")}`);
  fc.assert(
    fc.property(link, (one) => {
      const path = placeOfLink(one);
      if (path === null) return;
      expect(path).toMatch(
        /^\/(runs|needs-you|workflows|settings(\/[a-z]+)?|run\/[0-9a-f-]{36})(\?[\w=&%.*+-]*)?$/i,
      );
    }),
    { numRuns: 500 },
  );
});
