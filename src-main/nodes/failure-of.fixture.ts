import { expect } from "vitest";

/** What a handler failed with; that it succeeds is the test's failure. */
export function failureOf(output: Promise<unknown>): Promise<unknown> {
  return output.then(
    () => expect.unreachable("it should have failed"),
    (error: unknown) => error,
  );
}
