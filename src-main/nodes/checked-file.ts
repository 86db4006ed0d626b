import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { link, lstat, open, rename, rm, type FileHandle } from "node:fs/promises";
import { HandlerError } from "../../app/engine/handler-error.ts";
import type { CheckedPath } from "./checked-path.ts";

// Non-blocking: a named pipe in the file's place must not hang the app. It has no meaning for files,
// and O_NOFOLLOW and it do not exist on Windows.
const safely = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The whole file; more than `maxBytes` is an error. */
export function readChecked(
  path: CheckedPath,
  options: { readonly maxBytes: number },
): Promise<Buffer> {
  return withFile(path, constants.O_RDONLY, async (file) => {
    const chunks: Buffer[] = [];
    // `end` is read too: one byte more than allowed tells a file that is too large, or grows meanwhile.
    for await (const chunk of file.createReadStream({ end: options.maxBytes, autoClose: false })) {
      chunks.push(chunk as Buffer); // no encoding is set, so chunks are buffers
    }
    const content = Buffer.concat(chunks);
    if (content.length > options.maxBytes) throw tooLarge(path, options.maxBytes);
    return content;
  });
}

/** Adds to the end of the file, made when absent, and waits until it is on the disk. */
export async function appendChecked(path: CheckedPath, content: Uint8Array): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  await withFile(path, flags, async (file) => {
    await file.writeFile(content);
    await file.sync();
  });
  await path.sync();
}

/** Puts the file in its place as a whole: readers see the old content or the new one, also after a crash. */
export async function replaceChecked(path: CheckedPath, content: Uint8Array): Promise<void> {
  const mode = await modeOf(path);
  await withTemporaryFile(path, { content, mode }, (temporary) =>
    rename(temporary, path.entry(path.name)),
  );
}

/** Like `replaceChecked`, but false and without an effect when the file exists. */
export function createChecked(path: CheckedPath, content: Uint8Array): Promise<boolean> {
  return withTemporaryFile(path, { content, mode: null }, async (temporary) => {
    try {
      await link(temporary, path.entry(path.name));
      return true;
    } catch (error) {
      if (errorCode(error) === "EEXIST") return false;
      throw error;
    }
  });
}

async function withTemporaryFile<Result>(
  path: CheckedPath,
  made: { readonly content: Uint8Array; readonly mode: number | null },
  put: (temporary: string) => Promise<Result>,
): Promise<Result> {
  const name = `.${path.name.slice(0, 100)}.${randomUUID()}.tmp`;
  const temporary = path.entry(name);
  try {
    const file = await open(
      temporary,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | safely,
    );
    try {
      await path.verify(file, name);
      if (made.mode !== null) await file.chmod(made.mode);
      await file.writeFile(made.content);
      await file.sync();
    } finally {
      await file.close();
    }
    const result = await put(temporary);
    await path.sync();
    return result;
  } catch (error) {
    throw fileError(path, error);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Of the file that is replaced; null when there is none. */
async function modeOf(path: CheckedPath): Promise<number | null> {
  try {
    const found = await lstat(path.entry(path.name));
    if (!found.isFile()) throw notAFile(path);
    return found.mode & 0o777;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw fileError(path, error);
  }
}

async function withFile<Result>(
  path: CheckedPath,
  flags: number,
  use: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  try {
    const file = await open(path.entry(path.name), flags | safely);
    try {
      if (!(await file.stat()).isFile()) throw notAFile(path);
      await path.verify(file, path.name);
      return await use(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(path, error);
  }
}

function fileError(path: CheckedPath, cause: unknown): unknown {
  if (cause instanceof HandlerError) return cause;
  const final = { retryable: false, effectNotStarted: true, cause };
  switch (errorCode(cause)) {
    case "ENOENT":
      return new HandlerError("FILE_NOT_FOUND", `There is no file "${path.realPath}".`, final);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new HandlerError(
        "FILE_NO_ACCESS",
        `The system does not allow access to "${path.realPath}".`,
        final,
      );
    case "ELOOP":
      return new HandlerError(
        "PATH_CHANGED",
        `"${path.realPath}" became a link while it was being opened.`,
        { effectNotStarted: true, cause },
      );
    case "EISDIR":
    case "ENXIO":
      return notAFile(path);
    case null:
      return cause;
    default:
      return new HandlerError(
        "FILE_ERROR",
        `"${path.realPath}" could not be used (${errorCode(cause)}).`,
        { cause },
      );
  }
}

function notAFile(path: CheckedPath): HandlerError {
  return new HandlerError("FILE_NO_FILE", `"${path.realPath}" is not a file.`, {
    retryable: false,
    effectNotStarted: true,
  });
}

function tooLarge(path: CheckedPath, maxBytes: number): HandlerError {
  return new HandlerError(
    "FILE_TOO_LARGE",
    `"${path.realPath}" has more than ${maxBytes} bytes. Raise maxBytes or read a smaller file.`,
    {
      retryable: false,
      effectNotStarted: true,
    },
  );
}

function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : null;
}
