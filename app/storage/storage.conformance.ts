import { describe } from "vitest";
import { commitConformance } from "./commit.conformance.ts";
import { historyConformance } from "./history.conformance.ts";
import { jobConformance } from "./jobs.conformance.ts";
import { nodeConformance } from "./nodes.conformance.ts";
import { ownershipConformance } from "./ownership.conformance.ts";
import { payloadConformance } from "./payloads.conformance.ts";
import { randomHistoryConformance } from "./random-history.conformance.ts";
import { readingConformance } from "./reading.conformance.ts";
import { recoveryConformance } from "./recovery.conformance.ts";
import { runConformance } from "./runs.conformance.ts";
import type { StorageUnderTest } from "./storage-fixture.conformance.ts";
import { transitionConformance } from "./transitions.conformance.ts";

/**
 * Proves the rules of STORAGE.md on a backend, through the interface alone. Each test opens storage of
 * its own and is named after its rule, or after the requirement that it proves.
 */
export function describeStorageConformance(
  name: string,
  open: () => Promise<StorageUnderTest>,
): void {
  describe(`${name} keeps the rules of STORAGE.md`, () => {
    commitConformance(open);
    transitionConformance(open);
    runConformance(open);
    jobConformance(open);
    nodeConformance(open);
    payloadConformance(open);
    historyConformance(open);
    randomHistoryConformance(open);
    recoveryConformance(open);
    ownershipConformance(open);
    readingConformance(open);
  });
}
