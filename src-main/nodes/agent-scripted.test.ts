import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentScripted } from "./agent-scripted.ts";
import { fakeNodeContext } from "./node-context.fixture.ts";

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "agent-")));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const agent = () => agentScripted({ dataFolder: join(folder, "data"), workingDirectory: folder });
const ledger = () => readFile(join(folder, "ledger"), "utf8");
const turn = (name: string, line = `did ${name}`) => ({
  name,
  say: `I do ${name}.`,
  tokens: 3,
  tool: { appendTo: "ledger", line },
  output: { done: name },
});

test("an agent acts out its turns and reports its tokens", async () => {
  const context = fakeNodeContext({ grants: [`fs.write:${folder}/`] });
  const output = await agent().execute({ turns: [turn("a"), { name: "b", thinkMs: 1 }] }, context);
  expect(output).toEqual({
    turns: [
      {
        name: "a",
        say: "I do a.",
        tool: { appendTo: "ledger", line: "did a" },
        output: { done: "a" },
      },
      { name: "b", say: null, tool: null, output: null },
    ],
    text: "I do a.",
  });
  expect([await ledger(), context.totalTokens(), context.lines]).toEqual([
    "did a\n",
    3,
    [{ level: "info", message: "I do a." }],
  ]);
});

test("[X4] an interrupted agent goes on after its last recorded turn", async () => {
  const steps = new Map<string, string>();
  const controller = new AbortController();
  const grants = [`fs.write:${folder}/`];
  const input = { turns: [turn("a"), turn("b"), { ...turn("c"), thinkMs: 60_000 }] };
  const first = fakeNodeContext({ grants, steps, signal: controller.signal });
  const interrupted = Promise.resolve(
    agent().execute(input, {
      ...first,
      progress: (fraction) => fraction > 0.6 && controller.abort(),
    }),
  );
  await expect(interrupted).rejects.toThrow();
  expect(await ledger()).toBe("did a\ndid b\n");

  const second = fakeNodeContext({ grants, steps });
  const output = await agent().execute({ turns: [turn("a"), turn("b"), turn("c")] }, second);
  expect([await ledger(), second.totalTokens()]).toEqual(["did a\ndid b\ndid c\n", 3]);
  expect(output).toMatchObject({ text: "I do a.\nI do b.\nI do c." });
});

test("[X5] a line with its turn's key is not added a second time when its record was lost", async () => {
  const grants = [`fs.write:${folder}/`];
  const input = { turns: [turn("a", "did a {key}"), turn("b", "did b")] };
  await agent().execute(input, fakeNodeContext({ grants }));
  await agent().execute(input, fakeNodeContext({ grants }));
  expect(await ledger()).toBe("did a key-of-a#1\ndid b\ndid b\n");
});

test("[C1] an agent's tool writes only where that was granted", async () => {
  const context = fakeNodeContext({ grants: [`fs.write:${folder}/elsewhere/`] });
  const output = Promise.resolve(agent().execute({ turns: [turn("a")] }, context));
  await expect(output).rejects.toMatchObject({ code: "CAPABILITY_DENIED" });
  await expect(ledger()).rejects.toMatchObject({ code: "ENOENT" });
});
