import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { environmentSecrets } from "./environment-secrets.ts";
import { layeredSecrets } from "./layered-secrets.ts";
import { osKeyring } from "./os-keyring.ts";
import { sessionSecrets } from "./session-secrets.ts";
import { SecretSourceError, type SecretSource } from "./secret-source.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secrets-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("[F3] the environment", () => {
  test("gives HANDSHAKE_SECRET_<NAME> and nothing else", async () => {
    const source = environmentSecrets({
      HANDSHAKE_SECRET_KEY: "value\n",
      KEY2: "x",
      HANDSHAKE_SECRET_EMPTY: "",
    });
    expect(await Promise.all(["KEY", "KEY2", "EMPTY"].map((name) => source.get(name)))).toEqual([
      "value",
      null,
      null,
    ]);
    expect([await source.has("KEY"), await source.has("EMPTY")]).toEqual([true, false]);
  });
});

describe("[F3] a session's secrets", () => {
  test("are what was entered, until they are removed", async () => {
    const session = sessionSecrets();
    await session.set("B", "value-b");
    await session.set("A", "value-a");
    expect([
      await session.list(),
      await session.get("A"),
      await session.remove("A"),
      await session.remove("A"),
      await session.has("A"),
    ]).toEqual([["A", "B"], "value-a", true, false, false]);
  });

  test.each([
    ["lower", "value"],
    ["A B", "value"],
    ["", "value"],
    ["OK", "abc"],
  ])("refuse %o with the value %o", async (name, value) => {
    await expect(sessionSecrets().set(name, value)).rejects.toMatchObject({
      code: "SECRET_REFUSED",
    });
  });
});

describe("[F3] layers", () => {
  const broken: SecretSource = {
    get: () => Promise.reject(new SecretSourceError("KEYRING_FAILED", "no bus")),
    has: () => Promise.reject(new SecretSourceError("KEYRING_FAILED", "no bus")),
  };

  test("give the first one's value, past one that fails", async () => {
    const first = environmentSecrets({ HANDSHAKE_SECRET_A: "first" });
    const second = environmentSecrets({
      HANDSHAKE_SECRET_A: "second",
      HANDSHAKE_SECRET_B: "second",
    });
    const layers = layeredSecrets([first, broken, second]);
    expect([await layers.get("A"), await layers.get("B"), await layers.has("B")]).toEqual([
      "first",
      "second",
      true,
    ]);
    await expect(layers.get("C")).rejects.toThrow("no bus");
    expect(await layeredSecrets([first, second]).get("C")).toBeNull();
  });
});

describe("[F3] the keyring", () => {
  // Stand-ins for the systems' tools: they keep what they are given in files, and their arguments too.
  const secretTool = `
    echo "$@" >> calls; env >> env.log
    for last; do :; done
    case "$1" in
      store) cat > "item-$last" ;;
      lookup) [ -f "item-$last" ] && cat "item-$last" ;;
      clear) rm "item-$last" ;;
      search) for item in item-*; do [ -f "$item" ] || exit 1; echo "secret = $(cat "$item")"; echo "attribute.name = \${item#item-}" >&2; done ;;
    esac`;
  const security = `
    echo "$@" >> calls
    case "$1" in
      -i) read -r _ _ _ _ _ name _ value; printf %s "$value" > "item-$name" ;;
      find-generic-password) [ -f "item-$5" ] || exit 44; cat "item-$5"; echo ;;
      delete-generic-password) rm "item-$5" 2>/dev/null || exit 44 ;;
      dump-keychain) for item in item-*; do printf 'keychain: "login"\\n    "acct"<blob>="%s"\\n    "svce"<blob>="Handshake"\\n' "\${item#item-}"; done; printf 'keychain: "login"\\n    "acct"<blob>="OTHER"\\n    "svce"<blob>="Mail"\\n' ;;
    esac`;

  async function keyringWith(platform: NodeJS.Platform, tool: string, script: string) {
    await writeFile(join(folder, tool), `#!/bin/sh\ncd '${folder}' || exit 9\n${script}\n`);
    await chmod(join(folder, tool), 0o755);
    const path = `${folder}:${process.env["PATH"] ?? ""}`;
    return osKeyring({
      platform,
      environment: { PATH: path, HANDSHAKE_SECRET_X: "must not reach the tool" },
    });
  }

  test.each<[NodeJS.Platform, string, string]>([
    ["linux", "secret-tool", secretTool],
    ["darwin", "security", security],
  ])("of %s keeps values, which never stand in an argument", async (platform, tool, script) => {
    const keyring = await keyringWith(platform, tool, script);
    const value = 'grüß "$(x)" \n -----KEY-----\n';
    await keyring.set("A_KEY", value);
    await keyring.set("B_KEY", "value-b");
    expect([
      await keyring.get("A_KEY"),
      await keyring.has("A_KEY"),
      await keyring.get("C_KEY"),
      await keyring.list(),
    ]).toEqual([value, true, null, ["A_KEY", "B_KEY"]]);
    expect([
      await keyring.remove("A_KEY"),
      await keyring.remove("A_KEY"),
      await keyring.get("A_KEY"),
    ]).toEqual([true, false, null]);
    const calls = await readFile(join(folder, "calls"), "utf8");
    for (const form of [
      "grüß",
      "KEY-----",
      "value-b",
      Buffer.from(value).toString("base64"),
      Buffer.from("value-b").toString("base64"),
    ]) {
      expect(calls).not.toContain(form);
    }
    if (platform === "linux")
      expect(await readFile(join(folder, "env.log"), "utf8")).not.toContain("must not");
  });

  test("that is empty has an empty list", async () => {
    expect(await (await keyringWith("linux", "secret-tool", secretTool)).list()).toEqual([]);
  });

  test("that fails says why and what to do instead", async () => {
    for (const [platform, tool] of [
      ["linux", "secret-tool"],
      ["darwin", "security"],
    ] as const) {
      const keyring = await keyringWith(platform, tool, "echo 'no bus' >&2; exit 1");
      const calls = [
        () => keyring.get("KEY"),
        () => keyring.set("KEY", "value"),
        () => keyring.remove("KEY"),
      ];
      for (const call of calls) {
        await expect(call()).rejects.toMatchObject({
          code: "KEYRING_FAILED",
          message:
            "The keyring refused (no bus). Set HANDSHAKE_SECRET_KEY in the environment instead.",
        });
      }
      await expect(keyring.list()).rejects.toMatchObject({ code: "KEYRING_FAILED" });
    }
  });

  test("without its tool, or on Windows, names the variable", async () => {
    const environment = { PATH: folder };
    await expect(
      osKeyring({ platform: "linux", environment }).set("KEY", "value"),
    ).rejects.toMatchObject({ code: "KEYRING_UNAVAILABLE" });
    for (const platform of ["linux", "darwin", "win32"] as const) {
      const keyring = osKeyring({ platform, environment });
      await expect(keyring.set("KEY", "value")).rejects.toThrow("HANDSHAKE_SECRET_");
      await expect(keyring.get("KEY")).rejects.toMatchObject({ code: "KEYRING_UNAVAILABLE" });
    }
  });

  test("does not take a value that its tool would tear apart", async () => {
    const keyring = await keyringWith("darwin", "security", security);
    await expect(keyring.set("KEY", "x".repeat(4_000))).rejects.toMatchObject({
      code: "SECRET_REFUSED",
    });
  });
});
