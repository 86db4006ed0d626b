// Runs once before the tests: those that start `handshake` start the bundle that its users have.
import { ensureCommandBuilt } from "./ensure-built.mjs";

// Vitest and Playwright load the default export.
// oxlint-disable-next-line import/no-default-export
export default function buildForTests() {
  const failure = ensureCommandBuilt();
  if (failure !== null) throw new Error(failure);
}
