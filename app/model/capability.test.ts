import fc from "fast-check";
import { expect, test } from "vitest";
import {
  covers,
  describeCapability,
  parseCapability,
  resolveCapability,
  type Capability,
} from "./capability.ts";

function capability(text: string): Capability {
  const parsed = parseCapability(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem}`);
  return parsed.capability;
}

test.each([
  ["net:https://News.Example", "net:https://news.example"],
  ["net:https://news.example:443", "net:https://news.example"],
  ["net:http://localhost:8080", "net:http://localhost:8080"],
  ["net:http://[::1]:80", "net:http://[::1]"],
  ["net:http://0x7f.1", "net:http://127.0.0.1"],
  ["shell:mail", "shell:mail"],
  ["shell:/usr/bin//mail", "shell:/usr/bin/mail"],
  ["shell:C:\\Tools\\git.exe", "shell:C:/Tools/git.exe"],
  ["fs.read:data/", "fs.read:data"],
  ["fs.read:./a/./b", "fs.read:a/b"],
  ["fs.read:.", "fs.read:."],
  ["fs.write:/var/out", "fs.write:/var/out"],
  ["fs.write:c:\\Users\\me", "fs.write:C:/Users/me"],
  ["fs.read:\\\\server\\share\\x", "fs.read://server/share/x"],
  ["secret:NEWS_KEY", "secret:NEWS_KEY"],
])("[C1] %s parses as %s", (text, normalised) => {
  expect(capability(text).text).toBe(normalised);
});

test.each([
  "",
  "net",
  "net:",
  "net:*",
  "net:https://*.example",
  "net:news.example",
  "net:https://news.example/path",
  "net:https://news.example/",
  "net:https://user@news.example",
  "net:https://news.example?x",
  "net:https:\\\\news.example",
  "net:ftp://news.example",
  "net:file:///etc",
  "net:https://a b",
  "shell:",
  "shell:./run.sh",
  "shell:bin/run",
  "shell:..",
  "shell:-rf",
  "shell:/usr/../bin/mail",
  "shell:ma\u202eil",
  "fs.read:",
  "fs.read:../up",
  "fs.read:a/../b",
  "fs.read:~/x",
  "fs.read:a\\b",
  "fs.read:a\nb",
  "fs.read:\\\\?\\C:\\x",
  "fs.write:C:\\x\\..\\y",
  "fs.write:C:\\x:stream",
  "fs.execute:/bin",
  "FS.READ:/a",
  " net:https://a.example",
  "secret:lower",
  "clipboard:read",
])("[C1] %j does not parse", (text) => {
  expect(parseCapability(text)).toMatchObject({ ok: false });
});

test("[C1] an unknown family is answered with those that exist", () => {
  expect(parseCapability("clipboard:read")).toEqual({
    ok: false,
    problem: "it begins with none of net:, shell:, fs.read:, fs.write:, secret:",
  });
});

test.each([
  ["net:https://a.example", "net:https://a.example", true],
  ["net:https://a.example", "net:http://a.example", false],
  ["net:https://a.example", "net:https://a.example:8443", false],
  ["net:https://a.example", "net:https://b.a.example", false],
  ["shell:mail", "shell:mail", true],
  ["shell:mail", "shell:/usr/bin/mail", false],
  ["shell:mail", "shell:mailx", false],
  ["fs.read:/data", "fs.read:/data", true],
  ["fs.read:/data", "fs.read:/data/in/x", true],
  ["fs.read:/data", "fs.read:/database", false],
  ["fs.read:/data/in", "fs.read:/data", false],
  ["fs.read:/", "fs.read:/etc", true],
  ["fs.read:/data", "fs.write:/data", false],
  ["fs.write:/data", "fs.read:/data", false],
  ["fs.read:.", "fs.read:a", true],
  ["fs.read:.", "fs.read:/a", false],
  ["fs.read:/Data", "fs.read:/data", false],
  ["fs.read:C:/Data", "fs.read:c:\\data\\x", true],
  ["fs.read:C:/Data", "fs.read:D:/Data", false],
  ["secret:A", "secret:B", false],
])("[C1] a grant of %s for a wish of %s: %s", (grant, wanted, expected) => {
  expect(covers(capability(grant), capability(wanted))).toBe(expected);
});

test("[C1] a relative folder is one beside the workflow file", () => {
  const resolve = (text: string, baseDir: string): string =>
    resolveCapability(capability(text), baseDir).text;
  expect(resolve("fs.read:data", "/home/me/flows")).toBe("fs.read:/home/me/flows/data");
  expect(resolve("fs.read:.", "C:\\flows")).toBe("fs.read:C:/flows");
  expect(resolve("fs.read:/data", "/home/me")).toBe("fs.read:/data");
  expect(resolve("shell:mail", "/home/me")).toBe("shell:mail");
});

test("[C1] a capability is described in plain words", () => {
  const described = [
    "net:https://news.example",
    "shell:mail",
    "fs.read:.",
    "fs.write:/out",
    "secret:NEWS_KEY",
  ].map((text) => describeCapability(capability(text)));
  expect(described).toEqual([
    "Send data to https://news.example",
    "Run the program `mail`",
    "Read files in the workflow's folder",
    "Write files in /out",
    "Use the secret NEWS_KEY",
  ]);
});

test("[C1] the normalised text parses to itself, and every capability covers itself", () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9._ -]{1,6}$/);
  const text = fc.oneof(
    fc
      .tuple(
        fc.constantFrom("fs.read:", "fs.write:", "shell:"),
        fc.constantFrom("", "/", "C:\\", "\\\\host\\share\\"),
        fc.array(segment),
      )
      .map(([family, root, segments]) => `${family}${root}${segments.join("/")}`),
    fc.webUrl().map((url) => `net:${new URL(url).origin}`),
    fc.string().map((any) => `net:${any}`),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (written) => {
      const parsed = parseCapability(written);
      if (!parsed.ok) return;
      expect(capability(parsed.capability.text)).toEqual(parsed.capability);
      expect(covers(parsed.capability, parsed.capability)).toBe(true);
      expect(parsed.capability.scope.split("/")).not.toContain("..");
    }),
    { numRuns: 2_000 },
  );
});
