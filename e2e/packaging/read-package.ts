import { fuseSentinel } from "./made-up-distribution.ts";

/** Electron's switches in a program's bytes, by name: 1 is on, 0 is off. */
export function fusesOf(program: Buffer): Record<string, string> {
  const at = program.indexOf(fuseSentinel) + fuseSentinel.length;
  const count = program[at + 1] ?? 0;
  const values = program.subarray(at + 2, at + 2 + count).toString("latin1");
  const names = [
    "runAsNode",
    "cookieEncryption",
    "nodeOptions",
    "nodeInspect",
    "asarIntegrity",
    "onlyLoadFromAsar",
    "browserSnapshot",
    "fileProtocolPrivileges",
    "wasmTrapHandlers",
  ];
  return Object.fromEntries(values.split("").map((value, index) => [names[index] ?? index, value]));
}

/** The value of a key in a property list, as text. */
export function plistSection(plist: string, key: string, kind: "dict" | "array"): string {
  const after = plist.slice(plist.indexOf(`<key>${key}</key>`));
  // Entries are indented: the value ends at the first line that is indented as it is.
  const [, indent = "", value = ""] =
    new RegExp(`</key>\\s*\\n(\\s*)<${kind}>(.*?)\\n\\1</${kind}>`, "s").exec(after) ?? [];
  return indent + value;
}
