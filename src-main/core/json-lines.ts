import type { Socket } from "node:net";

/** Longest line in bytes that either side accepts: whoever sends more is wrong, or not one of us. */
export const longestLineBytes = 1024 * 1024;

export class LineTooLong extends Error {
  constructor() {
    super(`A message between two processes is longer than ${longestLineBytes / 1024 / 1024} MB.`);
    this.name = "LineTooLong";
  }
}

/**
 * The JSON values of a socket's lines, as they come, until either side is gone. Throws `LineTooLong` and
 * `SyntaxError`. Whoever stops reading early leaves the socket open for answers.
 */
export async function* readJsonLines(socket: Socket): AsyncGenerator<unknown, void> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunksOf(socket)) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = chunk.subarray(start, end);
      if (pendingBytes + line.length > longestLineBytes) throw new LineTooLong();
      yield JSON.parse(Buffer.concat([...pending, line]).toString("utf8")) as unknown;
      pending = [];
      pendingBytes = 0;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    pending.push(rest);
    pendingBytes += rest.length;
    if (pendingBytes > longestLineBytes) throw new LineTooLong();
  }
}

// A process that was killed and one that hung up are the same here: nothing more will come.
async function* chunksOf(socket: Socket): AsyncGenerator<Buffer, void> {
  const chunks: AsyncIterable<Buffer> = socket.iterator({ destroyOnReturn: false });
  try {
    yield* chunks;
  } catch (error) {
    if (!socket.destroyed) throw error;
  }
}

/** Resolves when the line may be followed by another: a slow reader slows the writer down. */
export async function writeJsonLine(socket: Socket, value: unknown): Promise<void> {
  const line = `${JSON.stringify(value)}\n`;
  if (Buffer.byteLength(line) > longestLineBytes + 1) throw new LineTooLong();
  if (socket.destroyed || !socket.writable) return;
  if (!socket.write(line)) await drained(socket);
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}
