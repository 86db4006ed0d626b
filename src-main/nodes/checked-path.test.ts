import { link, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isInside } from "./checked-path.ts";
import { failureOf } from "./failure-of.fixture.ts";
import { fileRead } from "./file-read.ts";
import { fileWrite } from "./file-write.ts";
import {
  access,
  contextOf,
  dataFolder,
  granted,
  outside,
  read,
  root,
  write,
} from "./files.fixture.ts";
import { fakeNodeContext } from "./node-context.fixture.ts";

const ways =
  process.platform === "linux" ? (["handle", "compare"] as const) : (["compare"] as const);

describe("[P4] the capability", () => {
  test("is asked for with the real path, whatever was written", async () => {
    await mkdir(join(granted, "sub"));
    await writeFile(join(granted, "sub", "f"), "x");
    await symlink("sub", join(granted, "link"));
    const context = contextOf({});
    await fileRead(access({})).execute({ path: "link/../link/./f" }, context);
    await fileWrite(access({})).execute({ path: "link/new", text: "" }, context);
    expect(context.asked).toEqual([`fs.read:${granted}/sub/f`, `fs.write:${granted}/sub/new`]);
  });

  test.each(["../outside/f", "folder-link/f", "file-link", "chain"])(
    "does not reach outside by %s",
    async (path) => {
      await symlink(outside, join(granted, "folder-link"));
      await symlink(join(outside, "f"), join(granted, "file-link"));
      await symlink("folder-link/f", join(granted, "chain"));
      expect(await failureOf(read({ path }))).toMatchObject({ code: "CAPABILITY_DENIED" });
      for (const mode of ["replace", "append", "create"]) {
        expect(await failureOf(write({ path, text: "x", mode }))).toMatchObject({
          code: "CAPABILITY_DENIED",
        });
      }
      expect([await readFile(join(outside, "f"), "utf8"), await readdir(outside)]).toEqual([
        "outside",
        ["f"],
      ]);
    },
  );

  test("does not create what a link that leads nowhere points to", async () => {
    await symlink(join(granted, "target"), join(granted, "dangling"));
    for (const mode of ["replace", "append", "create"]) {
      expect(await failureOf(write({ path: "dangling", text: "x", mode }))).toMatchObject({
        code: "PATH_REFUSED",
      });
    }
    expect(await readdir(granted)).toEqual(["dangling"]);
  });
});

describe("[P4] the data folder", () => {
  const everything = { grants: ["fs.read:/", "fs.write:/"] };

  test.each(["../data/f", "../data", "data-link/f", "file-link"])(
    "is denied by %s, even when everything is granted",
    async (path) => {
      await symlink(dataFolder, join(granted, "data-link"));
      await symlink(join(dataFolder, "f"), join(granted, "file-link"));
      expect(await failureOf(read({ path }, everything))).toMatchObject({
        code: "PATH_REFUSED",
        retryable: false,
      });
      for (const mode of ["replace", "append", "create"]) {
        expect(await failureOf(write({ path, text: "x", mode }, everything))).toMatchObject({
          code: "PATH_REFUSED",
        });
      }
      expect(await readFile(join(dataFolder, "f"), "utf8")).toBe("data");
    },
  );

  test("is denied for new files in it, and when its own path is a link", async () => {
    await symlink(dataFolder, join(root, "own"));
    const type = fileWrite({ dataFolder: join(root, "own"), workingDirectory: dataFolder });
    const output = async () =>
      type.execute({ path: "new", text: "x" }, fakeNodeContext(everything));
    expect(await failureOf(output())).toMatchObject({ code: "PATH_REFUSED" });
    expect(await readdir(dataFolder)).toEqual(["f"]);
  });

  test("does not lend its name to its neighbours", async () => {
    await mkdir(`${dataFolder}-2`);
    expect(await write({ path: "../data-2/f", text: "x" }, everything)).toMatchObject({ bytes: 1 });
    expect([
      isInside("/a/b", "/a"),
      isInside("/a", "/a"),
      isInside("/ab", "/a"),
      isInside("/a/..b", "/a"),
      isInside("/", "/a"),
    ]).toEqual([true, true, false, true, false]);
  });
});

describe.each(ways)("[P4] between check and open (%s)", (folders) => {
  test("a file that becomes a link outside is not followed", async () => {
    await writeFile(join(granted, "f"), "inside");
    const onCapability = async () => {
      await rm(join(granted, "f"));
      await symlink(join(outside, "f"), join(granted, "f"));
    };
    expect(await failureOf(read({ path: "f" }, { onCapability, folders }))).toMatchObject({
      code: "PATH_CHANGED",
    });
    await rm(join(granted, "f"));
    expect(
      await failureOf(
        write(
          { path: "f", text: "x", mode: "append" },
          { onCapability: onCapabilityFor("f"), folders },
        ),
      ),
    ).toMatchObject({ code: "PATH_CHANGED" });
    expect(await readFile(join(outside, "f"), "utf8")).toBe("outside");
  });

  test("a folder that becomes a link outside is not followed", async () => {
    for (const act of [
      () => read({ path: "sub/f" }, { onCapability: swapFolder, folders }),
      () => write({ path: "sub/f", text: "x" }, { onCapability: swapFolder, folders }),
      () =>
        write({ path: "sub/f", text: "x", mode: "append" }, { onCapability: swapFolder, folders }),
      () =>
        write(
          { path: "sub/new", text: "x", mode: "create" },
          { onCapability: swapFolder, folders },
        ),
    ]) {
      await mkdir(join(granted, "sub"));
      await writeFile(join(granted, "sub", "f"), "inside");
      const outcome = await act().catch((error: unknown) => error);
      // Either it was noticed, or it went on in the folder that was checked.
      if (folders === "compare") expect(outcome).toMatchObject({ code: "PATH_CHANGED" });
      else expect(outcome).toMatchObject({ bytes: expect.any(Number) as number });
      expect(outcome).not.toMatchObject({ content: "outside" });
      expect([await readFile(join(outside, "f"), "utf8"), await readdir(outside)]).toEqual([
        "outside",
        ["f"],
      ]);
      await rm(join(granted, "sub"));
      await rm(join(granted, "moved"), { recursive: true });
    }
  });

  test("nothing outside is read while a folder changes all the time", async () => {
    await mkdir(join(granted, "sub"));
    await writeFile(join(granted, "sub", "f"), "inside");
    let isOver = false;
    const flipping = (async () => {
      while (!isOver) {
        await swapFolder();
        await rm(join(granted, "sub"));
        await rename(join(granted, "moved"), join(granted, "sub"));
      }
    })();
    const seen = new Set<unknown>();
    for (let n = 0; n < 500; n++) {
      const outcome = await read({ path: "sub/f" }, { folders }).then(
        (output) => (output as { content: string }).content,
        (error: unknown) => (error as { code?: string }).code,
      );
      seen.add(outcome);
    }
    isOver = true;
    await flipping;
    expect(seen).not.toContain("outside");
    expect(
      [...seen].filter(
        (one) =>
          ![
            "inside",
            "CAPABILITY_DENIED",
            "PATH_CHANGED",
            "FILE_NOT_FOUND",
            "FILE_NO_ACCESS",
            "PATH_REFUSED",
          ].includes(String(one)),
      ),
    ).toEqual([]);
  });

  test("a hard link is the file that it is", async () => {
    await link(join(outside, "f"), join(granted, "hard"));
    expect(await read({ path: "hard" }, { folders })).toMatchObject({ content: "outside" });
  });
});

function onCapabilityFor(name: string): () => Promise<void> {
  return () => symlink(join(outside, "f"), join(granted, name));
}

async function swapFolder(): Promise<void> {
  await rename(join(granted, "sub"), join(granted, "moved"));
  await symlink(outside, join(granted, "sub"));
}
