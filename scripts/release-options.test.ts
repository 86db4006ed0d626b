import { expect, test } from "vitest";
import { releaseOptions } from "./release-options.ts";

const migrations = ["0001-initial.sql", "0001-initial.down.sql", "0012-lease.sql"];
const url = "https://updates.example/handshake/";

test("without an address the build names no feed, and nothing is uploaded", () => {
  expect(releaseOptions({ env: {}, platform: "linux", migrations })).toEqual(["--publish=never"]);
  const env = { HANDSHAKE_UPDATE_URL: "" };
  expect(releaseOptions({ env, platform: "linux", migrations })).toEqual(["--publish=never"]);
});

test("a feed says which data format its version writes", () => {
  const env = { HANDSHAKE_UPDATE_URL: url };
  expect(releaseOptions({ env, platform: "win32", migrations })).toEqual([
    "--publish=never",
    "-c.publish.provider=generic",
    `-c.publish.url=${url}`,
    "-c.releaseInfo.vendor.schemaVersion=12",
  ]);
});

test("a feed that the app would not ask is refused", () => {
  const env = { HANDSHAKE_UPDATE_URL: "http://updates.example/" };
  expect(() => releaseOptions({ env, platform: "linux", migrations })).toThrow(/must be an https/);
});

test("on macOS a build without a certificate is signed ad hoc", () => {
  expect(releaseOptions({ env: {}, platform: "darwin", migrations })).toContain(
    "-c.mac.identity=-",
  );
  const env = { CSC_LINK: "certificate.p12" };
  expect(releaseOptions({ env, platform: "darwin", migrations })).toEqual(["--publish=never"]);
});
