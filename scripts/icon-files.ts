/** A Windows icon out of PNGs by their size in pixels; 256 is the largest that it can name. */
export function icoFile(images: ReadonlyMap<number, Buffer>): Buffer {
  const headBytes = 6;
  const entryBytes = 16;
  const head = Buffer.alloc(headBytes + entryBytes * images.size);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.size, 4);
  let offset = head.length;
  for (const [index, [size, png]] of [...images].entries()) {
    const at = headBytes + entryBytes * index;
    // 0 stands for 256.
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...images.values()]);
}

/** Apple's names for PNGs of a size: as such, and as the double of a smaller one. */
const appleTypes: ReadonlyMap<number, readonly string[]> = new Map([
  [16, ["icp4"]],
  [32, ["icp5", "ic11"]],
  [64, ["ic12"]],
  [128, ["ic07"]],
  [256, ["ic08", "ic13"]],
  [512, ["ic09", "ic14"]],
  [1_024, ["ic10"]],
]);

/** An Apple icon out of PNGs by their size in pixels. */
export function icnsFile(images: ReadonlyMap<number, Buffer>): Buffer {
  const parts = [...images].flatMap(([size, png]) => {
    const types = appleTypes.get(size);
    if (types === undefined) throw new Error(`An icns file has no place for ${size} pixels.`);
    return types.map((type) => Buffer.concat([tagged(type, png.length), png]));
  });
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([tagged("icns", bytes), ...parts]);
}

/** Four characters and the length of what follows, these eight bytes included. */
function tagged(type: string, contentBytes: number): Buffer {
  const head = Buffer.alloc(8, type, "latin1");
  head.writeUInt32BE(contentBytes + head.length, 4);
  return head;
}
