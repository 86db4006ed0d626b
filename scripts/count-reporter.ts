import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** What `npm test` adds up; the reporters of vitest leave out why a test was skipped. */
export interface TestCounts {
  passed: number;
  failed: number;
  skipped: { name: string; reason: string }[];
}

/** Writes the counts as JSON to the file that HANDSHAKE_TEST_COUNTS names. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env["HANDSHAKE_TEST_COUNTS"];
    if (file !== undefined)
      writeFileSync(file, JSON.stringify(countTests(modules, unhandledErrors)));
  }
}

function countTests(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
): TestCounts {
  const counts: TestCounts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
  for (const module of modules) {
    // A file that cannot be loaded and a hook that fails have no test of their own to fail.
    if (module.errors().length > 0) counts.failed += 1;
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0) counts.failed += 1;
    }
    for (const test of module.children.allTests()) {
      const result = test.result();
      switch (result.state) {
        case "passed":
          counts.passed += 1;
          break;
        case "failed":
        case "pending":
          counts.failed += 1;
          break;
        case "skipped":
          counts.skipped.push({
            name: `${module.relativeModuleId} > ${test.fullName}`,
            reason: result.note ?? "no reason given",
          });
          break;
      }
    }
  }
  return counts;
}
