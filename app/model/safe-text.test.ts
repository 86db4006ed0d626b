import { expect, test } from "vitest";
import { safeText } from "./safe-text.ts";

const esc = "\u001b";

test.each([
  ["colours", `${esc}[31mred${esc}[0m`, "red"],
  ["8-bit CSI", "\u009b31mred", "red"],
  ["a window title (OSC, BEL)", `${esc}]0;owned\u0007name`, "name"],
  [
    "a hyperlink (OSC, ST)",
    `${esc}]8;;https://evil.example${esc}\\click${esc}]8;;${esc}\\`,
    "click",
  ],
  ["clipboard access (OSC 52)", `${esc}]52;c;ZXZpbA==\u0007ok`, "ok"],
  ["8-bit OSC", "\u009d0;owned\u009cname", "name"],
  ["a device control string", `${esc}P$qm${esc}\\ok`, "ok"],
  ["an OSC without an end", `${esc}]0;rest stays`, "0;rest stays"],
  ["a reset", `${esc}cafter`, "after"],
  ["a lone escape", `a${esc}`, "a"],
  ["C0, DEL and C1", "a\u0000\b\u007f\u0084b", "ab"],
  ["bidi overrides and isolates", "invoice\u202egpj.exe\u2066x\u2069\u200f", "invoicegpj.exex"],
  ["invisible tags", "a\u{e0041}b\u200bc\ufeff", "abc"],
  ["a carriage return", "real\rfake", "real fake"],
  ["lines", "one\r\ntwo\tthree\u2028four", "one two three four"],
  ["a lone surrogate", "a\ud800b", "a\ufffdb"],
  ["emoji with a joiner", "👩\u200d💻 ok", "👩\u200d💻 ok"],
])("[P5] %s cannot reach a terminal", (_, hostile, expected) => {
  expect(safeText(hostile)).toBe(expected);
});

test("[P5] lines and tabs stay when they are asked for", () => {
  expect(safeText(`a\r\nb\t${esc}[1mc\rd`, { lines: "keep" })).toBe("a\nb\tc\nd");
});

test("[P5] removing one sequence cannot put another one together", () => {
  for (const hostile of [
    `${esc}${esc}[0m[31mx`,
    `${esc}\u0000[31mx`,
    `${esc}]0;${esc}[0m\u0007x`,
  ]) {
    expect(safeText(hostile)).not.toContain(esc);
  }
});

test("[P5] a megabyte of unfinished sequences is cleaned in linear time", () => {
  expect(safeText(`${esc}]`.repeat(500_000))).toBe("");
});
