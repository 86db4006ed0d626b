import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../packaging", import.meta.url));
const pngStart = "89504e470d0a1a0a";

test.each(["icon.ico", "handshake.ico"])(
  "%s holds a PNG of each size that its directory names",
  (name) => {
    const file = readFileSync(join(folder, name));
    const entries = Array.from({ length: file.readUInt16LE(4) }, (_, index) => 6 + 16 * index);
    expect(entries.map((at) => pngSize(file, file.readUInt32LE(at + 12)))).toEqual([
      16, 24, 32, 48, 64, 128, 256,
    ]);
    expect(entries.map((at) => file.readUInt8(at) || 256)).toEqual([16, 24, 32, 48, 64, 128, 256]);
  },
);

test.each(["icon.icns", "handshake.icns"])(
  "%s holds a PNG for each of its types, to its end",
  (name) => {
    const file = readFileSync(join(folder, name));
    const found: Record<string, number> = {};
    let at = 8;
    for (; at < file.length; at += file.readUInt32BE(at + 4)) {
      found[file.toString("latin1", at, at + 4)] = pngSize(file, at + 8);
    }
    expect({ at, bytes: file.readUInt32BE(4), ...found }).toEqual({
      at: file.length,
      bytes: file.length,
      icp4: 16,
      icp5: 32,
      ic11: 32,
      ic12: 64,
      ic07: 128,
      ic08: 256,
      ic13: 256,
      ic09: 512,
      ic14: 512,
      ic10: 1_024,
    });
  },
);

test("each icon for Linux has the size of its name", () => {
  for (const name of readdirSync(join(folder, "icons"))) {
    const size = pngSize(readFileSync(join(folder, "icons", name)), 0);
    expect(name).toBe(`${size}x${size}.png`);
  }
});

/** The width in a PNG's header, where the height is the same. */
function pngSize(file: Buffer, at: number): number {
  expect(file.toString("hex", at, at + 8)).toBe(pngStart);
  expect(file.readUInt32BE(at + 16)).toBe(file.readUInt32BE(at + 20));
  return file.readUInt32BE(at + 16);
}
