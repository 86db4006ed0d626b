import { expect, test } from "vitest";
import { whyByHand } from "./why-by-hand.ts";

const config = { file: "app-update.yml", host: "updates.example", publishers: [] };
const executable = "/Applications/Handshake.app/Contents/MacOS/Handshake";

test.for([
  ["a signed one for Windows", "win32", ["The Handshake developers"], "", null],
  ["an unsigned one for Windows", "win32", [], "", "not_signed"],
  ["a signed one for macOS", "darwin", [], "Format=app\nTeamIdentifier=ABCDE12345\n", null],
  [
    "an ad-hoc one for macOS",
    "darwin",
    [],
    "Signature=adhoc\nTeamIdentifier=not set\n",
    "not_signed",
  ],
  ["one for Linux", "linux", ["The Handshake developers"], "", "linux"],
] as const)("%s: %s", async ([, platform, publishers, words, why]) => {
  const place = { platform, executable, config: { ...config, publishers } };
  expect(await whyByHand({ ...place, describeSignature: async () => words })).toBe(why);
});

test("a signature that cannot be read counts as none", async () => {
  const describeSignature = (): Promise<string> =>
    Promise.reject(new Error("code object is not signed"));
  expect(await whyByHand({ platform: "darwin", executable, config, describeSignature })).toBe(
    "not_signed",
  );
});
