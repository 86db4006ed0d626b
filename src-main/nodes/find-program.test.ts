import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { failureOf } from "./failure-of.fixture.ts";
import { findProgram } from "./find-program.ts";
import { folder, run } from "./shell.fixture.ts";

describe("[P3] a program is found", () => {
  test("only when it was granted, by its name or by its path", async () => {
    const { output, context } = run({ command: "./tool", args: [] }, { grants: ["shell:tool"] });
    expect(await failureOf(output)).toMatchObject({ code: "CAPABILITY_DENIED" });
    expect(context.asked).toEqual([`shell:${folder}/tool`]);
    expect(
      await failureOf(run({ command: "env" }, { grants: ["shell:/usr/bin/env"] }).output),
    ).toMatchObject({ code: "CAPABILITY_DENIED" });
  });

  test("in the host's PATH, not in the declared one nor in the working directory", async () => {
    await writeFile(join(folder, "only-here"), "#!/bin/sh\necho evil\n");
    await chmod(join(folder, "only-here"), 0o755);
    const input = { command: "only-here", env: { PATH: folder } };
    expect(await failureOf(run(input, { grants: ["shell:only-here"] }).output)).toMatchObject({
      code: "SHELL_NOT_FOUND",
      retryable: false,
      effectNotStarted: true,
    });
    const found = findProgram({
      command: "only-here",
      workingDirectory: folder,
      searchPath: `${relative(process.cwd(), folder)}:.:`,
      platform: "linux",
    });
    expect(await failureOf(found)).toMatchObject({ code: "SHELL_NOT_FOUND" });
    expect(await run({ command: "./only-here" }).output).toMatchObject({ stdout: "evil\n" });
  });

  test("when it is an executable file", async () => {
    await writeFile(join(folder, "plain"), "");
    await mkdir(join(folder, "folder"));
    for (const command of ["./plain", "./folder", "./missing"]) {
      expect(await failureOf(run({ command }).output)).toMatchObject({ code: "SHELL_NOT_FOUND" });
    }
  });

  test.each(["tool.bat", "tool.CMD", "tool.cmd.", "tool.bat . ", "C:\\tools\\tool.bat", "tool"])(
    "on Windows as %s it is refused for a batch file",
    async (command) => {
      // Windows paths are plain file names here; the folder stands for one of its PATH.
      const names = ["tool.bat", "tool.CMD", "tool.cmd.", "tool.bat . "];
      const searchPath = `\\\\server\\share\\${"x"}`;
      for (const name of names)
        await writeFile(join(folder, `${searchPath}\\${name}`), "", { mode: 0o755 });
      await writeFile(join(folder, "C:\\tools\\tool.bat"), "", { mode: 0o755 });
      const before = process.cwd();
      process.chdir(folder);
      try {
        const found = findProgram({
          command,
          workingDirectory: "C:\\",
          searchPath,
          platform: "win32",
        });
        expect(await failureOf(found)).toMatchObject({
          code: "SHELL_BATCH_FILE",
          effectNotStarted: true,
        });
      } finally {
        process.chdir(before);
      }
    },
  );
});
