import { createHash } from "node:crypto";
import { linkSync, mkdirSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "../../durable-files.ts";
import type { ContentFile, FolderContent } from "./folder-content.ts";
import type { MovedFile } from "./moved-from.ts";

export interface ContentCopy {
  readonly from: string;
  readonly to: string;
  readonly content: FolderContent;
  /** Bytes that are copied and compared, of `content.bytes`. */
  readonly onProgress: (done: number) => void;
  readonly crashPoint: (name: string) => void;
}

const chunkBytes = 1_048_576;

/**
 * Copies files and folders (0600, 0700) into a folder that is there, flushes each, and reads each again:
 * what comes back from the disk has the SHA-256 of what was read, or this throws.
 */
export async function copyContent(copy: ContentCopy): Promise<readonly MovedFile[]> {
  const { from, to, content, crashPoint } = copy;
  for (const path of content.folders) mkdirSync(join(to, path), { mode: 0o700 });
  crashPoint("folders made");
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const copied = new Map<string, MovedFile>();
  const moved: MovedFile[] = [];
  let done = 0;
  const count = (bytes: number): void => {
    // Written once and read once more.
    done += bytes / 2;
    copy.onProgress(Math.floor(done));
  };
  for (const file of content.files) {
    const twin = file.sharedAs === null ? undefined : copied.get(file.sharedAs);
    if (twin !== undefined && linked(join(to, twin.path), join(to, file.path))) {
      moved.push({ ...twin, path: file.path });
      continue;
    }
    const sha256 = await copyFile(file, { from, to, buffer, count });
    crashPoint(`copied ${file.path}`);
    await requireSame(join(to, file.path), { sha256, buffer, count });
    const { path, bytes, mtimeMs } = file;
    const known = { path, bytes, mtimeMs, sha256 };
    moved.push(known);
    if (file.sharedAs !== null) copied.set(file.sharedAs, known);
  }
  for (const path of content.folders.toReversed()) syncFolder(join(to, path));
  syncFolder(to);
  crashPoint("everything flushed");
  return moved;
}

interface Reading {
  readonly buffer: Buffer;
  readonly count: (bytes: number) => void;
}

async function copyFile(
  { path, mtimeMs }: ContentFile,
  { from, to, buffer, count }: Reading & { readonly from: string; readonly to: string },
): Promise<string> {
  const source = await open(join(from, path), "r");
  try {
    const target = await open(join(to, path), "wx", 0o600);
    try {
      const hash = createHash("sha256");
      for await (const chunk of chunksOf(source, buffer)) {
        hash.update(chunk);
        await writeAll(target, chunk);
        count(chunk.length);
      }
      // A week of age means something to large payloads.
      await target.utimes(mtimeMs / 1_000, mtimeMs / 1_000);
      await target.sync();
      return hash.digest("hex");
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function requireSame(
  path: string,
  { sha256, buffer, count }: Reading & { readonly sha256: string },
): Promise<void> {
  const file = await open(path, "r");
  try {
    const hash = createHash("sha256");
    for await (const chunk of chunksOf(file, buffer)) {
      hash.update(chunk);
      count(chunk.length);
    }
    if (hash.digest("hex") !== sha256)
      throw new Error(`${path} reads back differently from what was written: look at that disk.`);
  } finally {
    await file.close();
  }
}

/** Each chunk is only valid until the next one. */
async function* chunksOf(file: FileHandle, buffer: Buffer): AsyncGenerator<Buffer> {
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written);
    written += bytesWritten;
  }
}

/** Large payloads of a backup share their place with those of the data. False where the disk knows no such names. */
function linked(known: string, path: string): boolean {
  try {
    linkSync(known, path);
    return true;
  } catch {
    return false;
  }
}
