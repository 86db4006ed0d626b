import { writeFileSync } from "node:fs";
import type { FullResult, Reporter, Suite, TestCase } from "@playwright/test/reporter";
import { tags } from "./tags.ts";
import { testHost } from "./test-host.ts";

interface Counts {
  passed: number;
  failed: number;
  skipped: { name: string; reason: string }[];
}

/** Ends the run with how many specs of each tag passed on each host, and why others were skipped. */
// Playwright loads the default export.
// oxlint-disable-next-line import/no-default-export
export default class CountByTag implements Reporter {
  private suite: Suite | null = null;

  onBegin(_config: unknown, suite: Suite): void {
    this.suite = suite;
  }

  onEnd(result: FullResult): void {
    const tests = this.suite?.allTests() ?? [];
    console.log();
    for (const host of new Set(tests.map(hostOf))) {
      for (const tag of Object.values(tags)) {
        const here = tests.filter((test) => hostOf(test) === host && test.tags.includes(tag));
        if (here.length === 0) continue;
        const { passed, failed, skipped } = count(here);
        const what = `${hostNames[host] ?? host}, ${tag}`;
        console.log(`${what}: ${passed} passed, ${failed} failed, ${skipped.length} skipped`);
      }
    }
    const all = count(tests);
    for (const { name, reason } of all.skipped) console.log(`  skipped: ${name}: ${reason}`);
    for (const test of tests.filter(isUntagged)) {
      console.log(`  without a tag: ${nameOf(test)}`);
      all.failed += 1;
    }
    // Broken off, or a set-up that failed: nothing of it counts as a test.
    if (result.status !== "passed" && all.failed === 0) all.failed = 1;
    if (testHost === "stand-in") console.log("real Electron: not run");
    console.log(`${all.passed} passed, ${all.failed} failed, ${all.skipped.length} skipped`);
    const file = process.env["HANDSHAKE_TEST_COUNTS"];
    if (file !== undefined) writeFileSync(file, JSON.stringify(all));
    if (all.failed > 0) process.exitCode = 1;
  }

  printsToStdio(): boolean {
    return false;
  }
}

function count(tests: readonly TestCase[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: [] };
  for (const test of tests) {
    const outcome = test.outcome();
    if (outcome === "skipped") {
      const reason = test.annotations.find(({ type }) => type === "skip")?.description;
      counts.skipped.push({ name: nameOf(test), reason: reason ?? "no reason given" });
    } else if (outcome === "expected") counts.passed += 1;
    else counts.failed += 1;
  }
  return counts;
}

function isUntagged(test: TestCase): boolean {
  return Object.values(tags).filter((tag) => test.tags.includes(tag)).length !== 1;
}

/** The project that it ran in (playwright.config.ts). */
function hostOf(test: TestCase): string {
  return test.parent.project()?.name ?? "?";
}

const hostNames: Readonly<Record<string, string>> = {
  "stand-in": "the stand-in for Electron",
  electron: "real Electron",
};

function nameOf(test: TestCase): string {
  return test.titlePath().slice(2).join(" > ");
}
