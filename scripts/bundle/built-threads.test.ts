import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { coreFiles } from "../../src-main/core/core-files.ts";

test("threads that tests start are those of the built command", (context) => {
  if (process.env["HANDSHAKE_TEST_SOURCES"] === "1") return context.skip("sources were asked for");
  const built = (name: string): string =>
    fileURLToPath(new URL(`../../dist/cli/${name}.js`, import.meta.url));
  expect(coreFiles()).toMatchObject({
    coreThread: built("core-thread"),
    readerThread: built("reader-thread"),
    expressionWorker: built("expression-worker"),
  });
});
