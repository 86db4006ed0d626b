import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHandshake, jsonLines, type Handshake, type JsonLine } from "./child-handshake.ts";
import { approvalWorkflow, quickWorkflow, writeWorkflow } from "./workflow-fixtures.ts";

// "Bad input" of the command line: a clear error, the documented exit code, nothing lost, no stack trace.

describe("a workflow file or input that is wrong ends with exit code 2 and creates nothing", () => {
  let handshake: Handshake;
  beforeAll(() => {
    handshake = createHandshake();
  });
  afterAll(() => handshake.remove());

  const node = { id: "a", type: "transform", with: { value: 1 } };
  const cases: readonly {
    readonly name: string;
    readonly args: (folder: string) => readonly string[];
    readonly error: JsonLine;
  }[] = [
    {
      name: "a file that is not there",
      args: () => ["none.json"],
      error: { code: "FILE_UNREADABLE" },
    },
    {
      name: "a file that is not JSON",
      args: (folder) => [written(folder, "broken", '{"formatVersion": 1,')],
      error: { code: "JSON_SYNTAX", details: { stage: "schema" } },
    },
    {
      name: "a name that is unknown",
      args: (folder) => [writeWorkflow(folder, { id: "name", nodes: [node], more: { limts: {} } })],
      error: { code: "UNKNOWN_NAME", pointer: "/limts", details: { nearest: '"limits"' } },
    },
    {
      name: "a node type that is unknown",
      args: (folder) => [
        writeWorkflow(folder, { id: "type", nodes: [{ ...node, type: "trnsform" }] }),
      ],
      error: {
        code: "UNKNOWN_NODE_TYPE",
        pointer: "/nodes/0/type",
        details: { nearest: '"transform"' },
      },
    },
    {
      name: "a cycle",
      args: (folder) => [
        writeWorkflow(folder, {
          id: "cycle",
          nodes: [node, { ...node, id: "b" }],
          edges: [
            ["a", "b"],
            ["b", "a"],
          ],
        }),
      ],
      error: { code: "CYCLE", details: { stage: "graph" } },
    },
    {
      name: "an input that is missing",
      args: (folder) => [withInput(folder)],
      error: { details: { stage: "schema", file: expect.stringContaining("input") as unknown } },
    },
    {
      name: "an input of the wrong type",
      args: (folder) => [withInput(folder), "--input", '{"word": 5}'],
      error: { pointer: expect.stringContaining("/word") as unknown },
    },
    {
      name: "an input that is not JSON",
      args: (folder) => [withInput(folder), "--input", "{word: 5}"],
      error: { code: "USAGE", message: expect.stringContaining("--input is not JSON") as unknown },
    },
    {
      name: "an input file that is not there",
      args: (folder) => [withInput(folder), "--input", "@none.json"],
      error: { code: "USAGE", message: expect.stringContaining("none.json") as unknown },
    },
    {
      name: "[C1] a capability that nobody knows",
      args: (folder) => [quickWorkflow(folder), "--allow", "teleport:mars"],
      error: { code: "UNKNOWN_CAPABILITY", details: { stage: "capability" } },
    },
    {
      name: "[C1] a capability that was not granted",
      args: (folder) => [
        writeWorkflow(folder, {
          id: "net",
          nodes: [node],
          more: { capabilities: ["net:https://a.example"] },
        }),
      ],
      error: {
        code: "CAPABILITY_NOT_GRANTED",
        details: { expected: "--allow net:https://a.example" },
      },
    },
  ];

  test("each with its code, place and what to do, on standard error", async () => {
    const ended = await Promise.all(
      cases.map(({ args }) => handshake.run(["run", ...args(handshake.folder), "--json"])),
    );
    for (const [index, { name, error }] of cases.entries()) {
      const { code, stdout, stderr } = ended[index] ?? {};
      expect([name, code, stdout]).toEqual([name, 2, ""]);
      expect([name, jsonLines(stderr ?? "")[0]]).toMatchObject([name, { type: "error", ...error }]);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
    expect(existsSync(handshake.data)).toBe(false);
  });

  test("for a person: one line a problem that names file, place, what was found and what was expected", async () => {
    const file = writeWorkflow(handshake.folder, {
      id: "type",
      nodes: [{ ...node, type: "trnsform" }],
    });
    const { code, stderr } = await handshake.run(["validate", file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^\S+type\.json#\/nodes\/0\/type \(node a\): .*found "trnsform".*Did you mean "transform"\?\n$/,
    );
  });

  test("[F3] a secret without a value is refused by the owner of the folder", async () => {
    const file = writeWorkflow(handshake.folder, {
      id: "secret",
      nodes: [{ id: "a", type: "transform", with: { value: { $secret: "NEWS_KEY" } } }],
      more: { secrets: ["NEWS_KEY"] },
    });
    const { code, stderr } = await handshake.run(["run", file, "--json"], { env: { PATH: "" } });
    expect(code).toBe(2);
    expect(jsonLines(stderr)[0]).toMatchObject({
      code: "SECRET_MISSING",
      details: { stage: "credential" },
    });
  });

  test("an input above 100 MB", async () => {
    const file = join(handshake.folder, "large.json");
    writeFileSync(file, JSON.stringify("x".repeat(100_000_001)));
    const { code, stderr } = await handshake.run([
      "run",
      quickWorkflow(handshake.folder),
      "--input",
      `@${file}`,
      "--json",
    ]);
    rmSync(file);
    expect([code, jsonLines(stderr)[0]]).toMatchObject([2, { code: "INPUT_TOO_LARGE" }]);
  });

  function withInput(folder: string): string {
    const input = { type: "object", required: ["word"], properties: { word: { type: "string" } } };
    return writeWorkflow(folder, { id: "input", nodes: [node], more: { input } });
  }
});

describe("a command line that is wrong ends with exit code 2", () => {
  test("and says what is, on one to three lines", async () => {
    const handshake = createHandshake();
    const lines: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /^Which command\?/],
      [["run"], /^Something is missing: handshake run FILE/],
      [["run", "a.json", "b.json"], /^"b\.json" is too much/],
      [["runs", "--limit", "many"], /^--limit is "many"/],
      [["runs", "--limit"], /^--limit needs a value/],
      [
        ["runs", "--status", "staled"],
        /^--status knows no state "staled"\. Did you mean stalled\?/,
      ],
      [["runs", "--allow", "x"], /^`handshake runs` has no option --allow/],
      [["resume", "last", "--decide", "a"], /^--decide is "a", but must be NODE=run_again/],
      [["answer", "last", "ok", "{"], /^The answer is not JSON/],
      [["secret", "sell"], /^There is no `handshake secret sell`/],
      [["runs", "--json=yes"], /^--json takes no value/],
      [["runs", "--data", ""], /data folder's name is empty/],
    ];
    const ended = await Promise.all(
      lines.map(([args]) =>
        handshake.run(
          args.includes("--limit") && args.length === 2
            ? ["--data", handshake.data, ...args]
            : args,
        ),
      ),
    );
    for (const [index, [args, message]] of lines.entries()) {
      const { code, stderr } = ended[index] ?? {};
      expect([args, stderr]).toEqual([args, expect.stringMatching(message)]);
      expect([args, stderr?.trimEnd().split("\n").length]).toEqual([
        args,
        expect.toSatisfy((count) => count <= 3),
      ]);
      expect([args, code]).toEqual([args, args.includes("") ? 4 : 2]);
    }
    await handshake.remove();
  });
});

describe("a run that cannot be found", () => {
  test("is named, with what would be right: unknown, too short, none yet", async () => {
    const handshake = createHandshake();
    await handshake.run(["recover"]);
    const [none, short, unknown] = await Promise.all([
      handshake.run(["show", "last"]),
      handshake.run(["show", "0190"]),
      handshake.run(["resume", "01900000-0000-7000-8000-000000000000", "--json"]),
    ]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("there are no runs yet")]);
    expect([short.code, short.stderr]).toEqual([
      2,
      expect.stringContaining("at least the first 6 characters"),
    ]);
    expect([unknown.code, jsonLines(unknown.stderr).at(-1)]).toMatchObject([
      2,
      { code: "NOT_FOUND" },
    ]);
    await handshake.remove();
  });
});

describe("a run that goes wrong ends with exit code 1", () => {
  test("an output that is not JSON names its place; nothing of it is stored", async () => {
    const handshake = createHandshake();
    const file = writeWorkflow(handshake.folder, {
      id: "function",
      nodes: [{ id: "a", type: "transform", with: { value: { deep: "=function($x) { $x }" } } }],
    });
    const lines = await handshake.json(["run", file], 1);
    expect(lines.at(-1)).toMatchObject({
      status: "failed",
      output: null,
      error: { nodePath: "a", message: expect.stringContaining("deep") as unknown },
    });
    await handshake.remove();
  });

  test("an answer that does not fit is refused, and the question stays", async () => {
    const handshake = createHandshake();
    await handshake.json(["run", approvalWorkflow(handshake.folder)], 3);
    const refused = await handshake.run([
      "answer",
      "last",
      "ok",
      '{"approved": "perhaps"}',
      "--json",
    ]);
    expect([refused.code, jsonLines(refused.stderr).at(-1)]).toMatchObject([
      2,
      { code: "BAD_REQUEST" },
    ]);
    expect(await handshake.json(["runs"])).toMatchObject([{ status: "awaiting_user" }]);
    await handshake.remove();
  });
});

function written(folder: string, id: string, text: string): string {
  const file = join(folder, `${id}.json`);
  writeFileSync(file, text);
  return file;
}
