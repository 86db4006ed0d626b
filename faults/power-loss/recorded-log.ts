import { readFileSync } from "node:fs";

/** One change of the disk, as record-io.c saw it, or a line that the worker told. */
export type DiskChange =
  | {
      readonly kind: "write";
      readonly inode: bigint;
      readonly offset: number;
      readonly data: Buffer;
    }
  | { readonly kind: "truncate"; readonly inode: bigint; readonly size: number }
  | { readonly kind: "sync file"; readonly inode: bigint }
  | { readonly kind: "sync folder"; readonly path: string }
  | { readonly kind: "create"; readonly inode: bigint; readonly path: string }
  | { readonly kind: "make folder"; readonly path: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "rename" | "link"; readonly path: string; readonly to: string }
  | { readonly kind: "told"; readonly text: string };

const headBytes = 25;

/** In the order in which they happened. A record that a kill cut off at the end is left out. */
export function readRecordedLog(file: string): readonly DiskChange[] {
  const log = readFileSync(file);
  const changes: DiskChange[] = [];
  let at = 0;
  while (at + headBytes <= log.length) {
    const pathBytes = log.readUInt32LE(at + 17);
    const dataBytes = log.readUInt32LE(at + 21);
    const pathAt = at + headBytes;
    const dataAt = pathAt + pathBytes;
    const end = dataAt + dataBytes;
    if (end > log.length) break;
    const path = log.toString("utf8", pathAt, dataAt);
    changes.push(
      changeOf({
        operation: String.fromCharCode(log.readUInt8(at)),
        inode: log.readBigUInt64LE(at + 1),
        offset: Number(log.readBigUInt64LE(at + 9)),
        path,
        data: log.subarray(dataAt, end),
      }),
    );
    at = end;
  }
  return changes;
}

interface RawRecord {
  readonly operation: string;
  readonly inode: bigint;
  readonly offset: number;
  readonly path: string;
  readonly data: Buffer;
}

function changeOf({ operation, inode, offset, path, data }: RawRecord): DiskChange {
  switch (operation) {
    case "W":
      return { kind: "write", inode, offset, data };
    case "T":
      return { kind: "truncate", inode, size: offset };
    case "S":
      return { kind: "sync file", inode };
    case "D":
      return { kind: "sync folder", path };
    case "C":
      return { kind: "create", inode, path };
    case "K":
      return { kind: "make folder", path };
    case "U":
      return { kind: "remove", path };
    case "R":
      return { kind: "rename", path, to: data.toString() };
    case "L":
      return { kind: "link", path, to: data.toString() };
    case "M":
      return { kind: "told", text: data.toString() };
    default:
      throw new Error(`The log holds an unknown operation "${operation}".`);
  }
}
