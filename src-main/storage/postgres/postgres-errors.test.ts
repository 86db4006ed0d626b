import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { storageErrorOf } from "./postgres-errors.ts";

const attempted = "Could not save";

test("a connection that the server's end broke is tried again: Node names it a read as it does that of a file", async () => {
  const server = createServer((socket) => {
    socket.once("data", () => socket.resetAndDestroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const client = connect(address.port, "127.0.0.1");
  client.write("a query");
  const [broken] = (await once(client, "error")) as [unknown];
  server.close();
  expect(broken).toMatchObject({ code: "ECONNRESET", syscall: "read" });
  expect(storageErrorOf(broken, attempted)).toMatchObject({ code: "IO" });
});

test.each([["/no/such/file"], [tmpdir()]])(
  "a file of the address that cannot be read, %s, is not",
  (path) => {
    expect(storageErrorOf(failureToRead(path), attempted)).toMatchObject({
      code: "DENIED",
      message: expect.stringContaining("Correct its path") as unknown,
    });
  },
);

function failureToRead(path: string): unknown {
  try {
    return readFileSync(path);
  } catch (error) {
    return error;
  }
}
