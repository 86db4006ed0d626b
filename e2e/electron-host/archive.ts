import fs from "node:fs";
import { createHash } from "node:crypto";
import * as z from "zod";

/** An asar archive: a header of JSON, then the files' bytes one after another. */
export interface Archive {
  readonly file: string;
  /** The header's text; its hash is what Electron's integrity check compares. */
  readonly headerSha256: string;
  /** Every file, by its path inside, with `/` and without a leading one. */
  readonly files: ReadonlyMap<string, ArchivedFile>;
  /** Folders, the root (empty) among them. */
  readonly folders: ReadonlySet<string>;
  read(path: string): Buffer;
}

export interface ArchivedFile {
  readonly sizeBytes: number;
  /** It stands beside the archive, in `….asar.unpacked`. */
  readonly isUnpacked: boolean;
  /** From the end of the header; null for one that is unpacked. */
  readonly offset: number | null;
}

interface Node {
  readonly files?: Readonly<Record<string, Node>> | undefined;
  readonly size?: number | undefined;
  readonly offset?: string | undefined;
  readonly unpacked?: boolean | undefined;
}

const Node: z.ZodType<Node> = z.looseObject({
  get files() {
    return z.record(z.string(), Node).optional();
  },
  size: z.number().optional(),
  offset: z.string().optional(),
  unpacked: z.boolean().optional(),
});

// As they are now: an archive is a folder for the functions that patchFileSystem puts in their place.
const { closeSync, openSync, readSync } = fs;

/** Chromium's pickles: the size of the header's pickle, that pickle's payload, the text's length, the text. */
const textAt = 16;

export function openArchive(file: string): Archive {
  const prefix = readPart(file, 0, textAt);
  const textBytes = prefix.readUInt32LE(12);
  const text = readPart(file, textAt, textBytes).toString("utf8");
  const contentAt = 8 + prefix.readUInt32LE(4);
  const files = new Map<string, ArchivedFile>();
  const folders = new Set<string>();
  collect(Node.parse(JSON.parse(text)), "", { files, folders });
  return {
    file,
    headerSha256: createHash("sha256").update(text).digest("hex"),
    files,
    folders,
    read(path) {
      const entry = files.get(path);
      if (entry === undefined) throw new Error(`There is no ${path} in ${file}.`);
      if (entry.offset === null) throw new Error(`${path} is not inside of ${file}.`);
      return readPart(file, contentAt + entry.offset, entry.sizeBytes);
    },
  };
}

function collect(
  node: Node,
  path: string,
  found: { readonly files: Map<string, ArchivedFile>; readonly folders: Set<string> },
): void {
  if (node.files === undefined) {
    const { size = 0, offset, unpacked = false } = node;
    const isOutside = unpacked || offset === undefined;
    found.files.set(path, {
      sizeBytes: size,
      isUnpacked: unpacked,
      offset: isOutside ? null : Number(offset),
    });
    return;
  }
  found.folders.add(path);
  for (const [name, child] of Object.entries(node.files)) {
    collect(child, path === "" ? name : `${path}/${name}`, found);
  }
}

function readPart(file: string, position: number, bytes: number): Buffer {
  const descriptor = openSync(file, "r");
  try {
    const part = Buffer.alloc(bytes);
    const read = readSync(descriptor, part, 0, bytes, position);
    if (read !== bytes) throw new Error(`${file} ends before byte ${position + bytes}.`);
    return part;
  } finally {
    closeSync(descriptor);
  }
}
