// Runs once before the tests: those that start `handshake` start the bundle that its users have.
import { ensureCommandBuilt } from "./ensure-built.mjs";

// oxlint-disable-next-line import/no-default-export -- Vitest and Playwright load the default export.
export default function buildForTests() {
  // A copy of the project that is broken on purpose (faults/known-traps) runs its sources.
  if (process.env.HANDSHAKE_TEST_SOURCES === "1") return;
  const failure = ensureCommandBuilt();
  if (failure !== null) throw new Error(failure);
}
