import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { controlAddress } from "./control-address.ts";
import { connectToOwner } from "./control-client.ts";
import { startControlServer, type ControlServer } from "./control-server.ts";
import type { Core } from "./core.ts";

const owner = { kind: "handshake run", pid: 4711, since: "2026-01-01T00:00:00.000Z" };
let folder: string;
let server: ControlServer | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "handshake-control-"));
});
afterEach(async () => {
  await server?.close({ graceMs: 0 });
  server = null;
  rmSync(folder, { recursive: true });
});

describe.skipIf(process.platform === "win32")("the door to the owner of a data folder", () => {
  test("is a socket in the folder that only its user may use; a dead owner's one is replaced", async () => {
    const address = controlAddress(folder);
    writeFileSync(address, "left behind");
    await listen(address);
    const { mode } = lstatSync(address);
    expect([address, lstatSync(address).isSocket(), mode & 0o777]).toEqual([
      join(folder, "control.sock"),
      true,
      0o600,
    ]);
    await server?.close({ graceMs: 0 });
    expect(existsSync(address)).toBe(false);
  });

  test("of a folder with a long path stands in a short one that is nobody else's, the same for everyone", async () => {
    const long = join(folder, "x".repeat(120));
    mkdirSync(long);
    const address = controlAddress(long);
    expect(Buffer.byteLength(address)).toBeLessThan(104);
    expect(controlAddress(long)).toBe(address);
    expect(controlAddress(`${long}y`)).not.toBe(address);
    expect(lstatSync(join(address, "..")).mode & 0o777).toBe(0o700);
    await listen(address);
    const client = await connectToOwner(long);
    expect(client?.owner).toEqual(owner);
    client?.close();
  });

  test("answers what it does not understand with an error, and goes on", async () => {
    const address = controlAddress(folder);
    await listen(address);
    const wrong = [
      '{"protocol":1,"request":{"do":"dance"},"follow":true}\n',
      '{"protocol":2,"request":{"do":"cancel","run":"last"},"follow":true}\n',
      '{"protocol":1,"request":{"do":"cancel","run":"last","force":true},"follow":true}\n',
      "not json\n",
      `"${"x".repeat(1_100_000)}"\n`,
    ];
    for (const line of wrong) {
      const answers = await say(address, line);
      expect(answers).toMatchObject([{ reply: "owner", ...owner }, { reply: "error" }]);
    }
    const client = await connectToOwner(folder);
    expect(client?.owner.pid).toBe(4711);
    client?.close();
  });

  test("closed, nobody answers", async () => {
    await listen(controlAddress(folder));
    await server?.close({ graceMs: 0 });
    expect(await connectToOwner(folder)).toBeNull();
  });
});

async function listen(address: string): Promise<void> {
  // No test here gets as far as the core.
  const core = new Promise<Core>(() => undefined);
  server = await startControlServer({ address, owner, core });
}

/** Sends a line and reads until the other side hangs up. */
function say(address: string, line: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(address, () => socket.write(line));
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => (text += chunk));
    socket.on("error", reject);
    socket.on("close", () => {
      resolve(
        text
          .split("\n")
          .filter((each) => each !== "")
          .map((each): unknown => JSON.parse(each)),
      );
    });
  });
}
