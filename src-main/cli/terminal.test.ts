import { describe, expect, test } from "vitest";
import { createLiveLines } from "./live-lines.ts";
import { createOutput, text, type Output } from "./output.ts";
import { createRunView } from "./run-view.ts";

const hostile = "ok\u001b[2J\u001b]0;owned\u0007\u202eevil\u009b31m\r\nnext";

describe("[P5] text from data", () => {
  test("loses everything that a terminal would obey, and stays on one line", () => {
    expect(text(hostile)).toBe("okevil next");
    expect(text("x".repeat(300))).toHaveLength(200);
  });

  test("cannot get out of a JSON line either, and means the same there", () => {
    const { output, written } = terminal({ json: true });
    output.object({ name: hostile });
    expect(written()).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(written())).toEqual({ name: hostile });
  });

  test("a log line of a step cannot draw on the screen", () => {
    const { output, written } = terminal({ env: { NO_COLOR: "1" }, isTty: false });
    createRunView(output).update({ type: "log", nodePath: "fetch", level: "info", text: hostile });
    expect(written()).toBe("    fetch │ okevil next\n");
  });
});

describe("colours", () => {
  test.each([
    [{ isTty: true, env: {} }, true],
    [{ isTty: false, env: {} }, false],
    [{ isTty: true, env: { NO_COLOR: "1" } }, false],
    [{ isTty: true, env: { NO_COLOR: "" } }, true],
    [{ isTty: true, env: { TERM: "dumb" } }, false],
  ])("with %j: %s", (options, coloured) => {
    expect(terminal(options).output.paint("red", "x") !== "x").toBe(coloured);
  });
});

describe("live lines", () => {
  test("are rewritten in place below what stays, and leave nothing behind", () => {
    const { output, written } = terminal({});
    const live = createLiveLines(output);
    live.show(["a 1 s", "b 1 s"]);
    live.print("done: a", ["b 1 s"]);
    live.show(["b 2 s"]);
    live.close();
    expect(screen(written())).toEqual(["done: a"]);
    expect(written()).toContain("\u001b[?25l");
    expect(written().endsWith("\u001b[?25h")).toBe(true);
  });
});

function terminal(options: {
  readonly json?: boolean;
  readonly isTty?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}): { output: Output; written: () => string } {
  let text = "";
  const stream = {
    isTTY: options.isTty ?? true,
    columns: 80,
    rows: 24,
    write: (chunk: string) => {
      text += chunk;
      return true;
    },
  };
  // Of the streams nothing else is used.
  const stdout = stream as unknown as NodeJS.WriteStream;
  const output = createOutput(
    { stdout, stderr: stdout, env: options.env ?? {} },
    { json: options.json ?? false },
  );
  return { output, written: () => text };
}

/** What a terminal shows after the text: lines, "n lines up" and "erase below" are all that is used. */
function screen(written: string): string[] {
  const lines: string[] = [];
  let row = 0;
  const plain = written.replaceAll("\u001b[?25l", "").replaceAll("\u001b[?25h", "");
  for (const part of plain.replaceAll("\u001b[", "§").split(/(\n|§\d+[AJ])/)) {
    if (part === "\n") row += 1;
    else if (part === "§0J") lines.length = row;
    else if (part.startsWith("§")) row -= Number.parseInt(part.slice(1), 10);
    else if (part !== "") lines[row] = part;
  }
  return lines;
}
