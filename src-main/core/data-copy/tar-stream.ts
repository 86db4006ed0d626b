import { createReadStream } from "node:fs";

export interface TarFile {
  /** As it stands in the archive: at most 100 ASCII characters, with slashes. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly changedAtMs: number;
}

const blockBytes = 512;
/** From here on a size does not fit into eleven octal digits. */
const octalLimit = 8 ** 11;

/** How long the archive will be. */
export function tarBytes(files: readonly TarFile[]): number {
  const content = files.reduce((sum, { bytes }) => sum + blockBytes + padded(bytes), 0);
  return content + 2 * blockBytes;
}

/** The files as a tar archive (POSIX ustar; sizes above 8 GB as GNU tar writes them). Throws where a file got shorter. */
export async function* tarOf(files: readonly TarFile[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    yield header(file);
    let left = file.bytes;
    if (left > 0) {
      // What was added since is left out: the header has the length.
      for await (const chunk of createReadStream(file.path, { end: file.bytes - 1 })) {
        if (!Buffer.isBuffer(chunk)) throw new TypeError("A file is read as bytes.");
        left -= chunk.length;
        yield chunk;
      }
    }
    if (left > 0) throw new Error(`${file.name} got ${left} bytes shorter while it was copied.`);
    yield Buffer.alloc(padded(file.bytes) - file.bytes);
  }
  yield Buffer.alloc(2 * blockBytes);
}

function header({ name, bytes, changedAtMs }: TarFile): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long a name for an archive.`);
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, "ascii");
  block.write("0000600\0", 100, "ascii");
  // Nobody's: who takes it out owns it.
  block.write("0000000\0", 108, "ascii");
  block.write("0000000\0", 116, "ascii");
  if (bytes < octalLimit) {
    block.write(octal(bytes), 124, "ascii");
  } else {
    block.writeUInt8(0x80, 124);
    block.writeBigUInt64BE(BigInt(bytes), 128);
  }
  block.write(octal(Math.floor(changedAtMs / 1_000)), 136, "ascii");
  block.write("0", 156, "ascii");
  block.write("ustar\u000000", 257, "ascii");
  // The sum is made over the block with spaces in its own place.
  block.write(" ".repeat(8), 148, "ascii");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "ascii");
  return block;
}

function octal(value: number): string {
  return value.toString(8).padStart(11, "0");
}

function padded(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}
