import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failureOf } from "./failure-of.fixture.ts";
import { folder, run, script } from "./shell.fixture.ts";

describe("a program", () => {
  test("gives its exit code and both streams, and logs them line by line", async () => {
    const { output, context } = run(
      script('console.log("one\\ntwo"); process.stderr.write("three")'),
    );
    expect(await output).toEqual({
      exitCode: 0,
      stdout: "one\ntwo\n",
      stderr: "three",
      truncated: false,
    });
    expect(context.lines.toSorted((a, b) => a.level.localeCompare(b.level))).toEqual([
      { level: "info", message: "one" },
      { level: "info", message: "two" },
      { level: "warn", message: "three" },
    ]);
  });

  test("[P3] gets its arguments as they are: nothing is a shell's business", async () => {
    const hostile = [
      "$(touch x)",
      "`touch x`",
      "; touch x",
      "*",
      "a b",
      "'\"\\",
      "",
      "-c",
      "--",
      "A=1",
      "\n",
    ];
    const { output } = run(
      script("console.log(JSON.stringify(process.argv.slice(1)))", "--", ...hostile),
    );
    expect(await output).toMatchObject({ stdout: `${JSON.stringify(hostile)}\n` });
    expect(existsSync(join(folder, "x"))).toBe(false);
  });

  test.each([
    ["a text", "grüß\n", "grüß\n"],
    ["JSON", [{ a: 1 }], '[{"a":1}]'],
  ])("reads %s", async (_, stdin, stdout) => {
    expect(await run({ command: "cat", stdin }).output).toMatchObject({ stdout });
  });

  test("has an empty input when none is given, and need not read one", async () => {
    expect(await run({ command: "cat" }).output).toMatchObject({ stdout: "" });
    expect(await run({ ...script(""), stdin: "x".repeat(1_000_000) }).output).toMatchObject({
      exitCode: 0,
    });
  });

  test("runs in the folder it is given, from the working directory on", async () => {
    await mkdir(join(folder, "sub"));
    expect(await run({ ...script("console.log(process.cwd())"), cwd: "sub" }).output).toMatchObject(
      { stdout: `${folder}/sub\n` },
    );
    expect(await failureOf(run({ command: "cat", cwd: "nowhere" }).output)).toMatchObject({
      code: "SHELL_NO_FOLDER",
      effectNotStarted: true,
    });
  });

  test("with another exit code than 0 fails, unless that one is accepted", async () => {
    const input = script('console.error("why"); process.exit(3)');
    expect(await failureOf(run(input).output)).toMatchObject({
      code: "SHELL_EXIT",
      effectNotStarted: false,
      details: { exitCode: 3, signal: null, stderrEnd: "why\n" },
    });
    expect(await run({ ...input, acceptExitCodes: [3] }).output).toMatchObject({ exitCode: 3 });
  });

  test("[F3] is quoted in a failure in whole lines, so that no half of a secret stays", async () => {
    const input = script(
      'console.error("s3cret".repeat(9) + "\\n" + "x".repeat(980)); process.exit(1)',
    );
    expect(await failureOf(run(input).output)).toMatchObject({
      details: { stderrEnd: `${"x".repeat(980)}\n` },
    });
  });

  test("that a signal ends fails by that signal", async () => {
    expect(
      await failureOf(run(script('process.kill(process.pid, "SIGKILL")')).output),
    ).toMatchObject({ code: "SHELL_SIGNAL", details: { exitCode: null, signal: "SIGKILL" } });
  });

  test("that writes too much is stopped, or cut when that is asked for", async () => {
    const input = {
      ...script('process.stdout.write("ü".repeat(60)); setInterval(() => {}, 1000)'),
      maxOutputBytes: 101,
    };
    expect(await failureOf(run(input).output)).toMatchObject({
      code: "SHELL_OUTPUT_TOO_LARGE",
      retryable: false,
    });
    const cut = {
      ...script('process.stdout.write("ü".repeat(60))'),
      maxOutputBytes: 101,
      onOverflow: "truncate",
    };
    expect(await run(cut).output).toEqual({
      exitCode: 0,
      stdout: "ü".repeat(50),
      stderr: "",
      truncated: true,
    });
  });

  test("[P5] cannot write sequences or control characters into the log", async () => {
    const { output, context } = run(
      script(String.raw`process.stdout.write("\x1b]0;owned\x07a\x1b[31mb\u202ec\r\nd\re")`),
    );
    expect(await output).toMatchObject({
      stdout: "\u001b]0;owned\u0007a\u001b[31mb\u202ec\r\nd\re",
    });
    expect(context.lines.map(({ message }) => message)).toEqual(["abc", "d e"]);
  });

  test("has long lines cut in the log and a character that two chunks share whole", async () => {
    const { output, context } = run(
      script(
        'process.stdout.write("x".repeat(9000) + "\\n"); process.stdout.write(Buffer.from([0xc3])); setTimeout(() => process.stdout.write(Buffer.from([0xbc])), 50)',
      ),
    );
    expect(await output).toMatchObject({ stdout: `${"x".repeat(9000)}\nü` });
    expect(context.lines.map(({ message }) => message)).toEqual([`${"x".repeat(8000)} …`, "ü"]);
  });
});

describe("[P3] the environment", () => {
  test.each(["/bin/sh", "/bin/bash"].filter((shell) => existsSync(shell)))(
    "holds PATH, HOME, LANG, TEMP and declared variables only (gate: %s)",
    async (gateShell) => {
      const before = { ...process.env };
      Object.assign(process.env, {
        LANG: "C.UTF-8",
        TMPDIR: "/tmp",
        SECRET_OF_THE_HOST: "x",
        NODE_OPTIONS: "",
        HANDSHAKE_SECRET_A: "y",
      });
      try {
        const { output } = run(
          { command: "env", env: { MINE: "a b", LANG: "de_DE.UTF-8", NUMBER: 1 } },
          { gateShell },
        );
        // The program is `env` itself, so what stands here is what a program really gets.
        const { stdout } = (await output) as { stdout: string };
        const expected = {
          PATH: before["PATH"],
          HOME: before["HOME"],
          TEMP: before["TEMP"],
          TMP: before["TMP"],
          TMPDIR: "/tmp",
          MINE: "a b",
          LANG: "de_DE.UTF-8",
          NUMBER: "1",
        };
        expect(
          Object.fromEntries(
            stdout
              .trim()
              .split("\n")
              .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
          ),
        ).toEqual(
          Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)),
        );
      } finally {
        for (const name of Object.keys(process.env))
          if (!(name in before)) delete process.env[name];
        Object.assign(process.env, before);
      }
    },
  );

  test.each([
    { "A=B": "x" },
    { "BASH_FUNC_exec%%": "() { :; }" },
    { HANDSHAKE_GATE: "x" },
    { A: "x\0B=y" },
    { A: {} },
  ])("refuses %o", async (env) => {
    expect(await failureOf(run({ command: "env", env }).output)).toMatchObject({
      code: "INVALID_INPUT",
      effectNotStarted: true,
    });
  });
});
