import { expect, test } from "vitest";
import { registry } from "./node-types.fixture.ts";
import { problemsOf } from "./validate.fixture.ts";
import type { Validation } from "./validation.ts";

const request = { id: "r", type: "http.request", with: { url: "https://a.example/x" } };
const mail = { id: "m", type: "shell.exec", with: { command: "mail" } };
const read = { id: "f", type: "file.read", with: { path: "in/x.csv" } };

function textsOf(part: object, options: Partial<Validation> = {}): string[] {
  return problemsOf(part, options).map(({ text }) => text);
}

test("[C1] a capability of an unknown family is refused, with those that exist", () => {
  expect(textsOf({ capabilities: ["clipboard:read"] })).toEqual([
    'w.json#/capabilities/0: the capability cannot be read: it begins with none of net:, shell:, fs.read:, fs.write:, secret:; found "clipboard:read", expected net:ORIGIN, shell:PROGRAM, fs.read:DIR, fs.write:DIR or secret:NAME.',
  ]);
  expect(textsOf({}, { grants: ["everything"] })).toEqual([
    'w.json#: the grant cannot be read: it begins with none of net:, shell:, fs.read:, fs.write:, secret:; found "everything", expected net:ORIGIN, shell:PROGRAM, fs.read:DIR, fs.write:DIR or secret:NAME.',
  ]);
});

test("[C1] what a node needs has to be declared", () => {
  expect(textsOf({ nodes: [request, mail] })).toEqual([
    'w.json#/nodes/0/with (node r): the node needs a capability that the workflow does not declare; found nothing, expected "net:https://a.example" in "capabilities".',
    'w.json#/nodes/1/with (node m): the node needs a capability that the workflow does not declare; found nothing, expected "shell:mail" in "capabilities".',
  ]);
  expect(
    textsOf({ nodes: [request, mail], capabilities: ["net:https://a.example", "shell:mail"] }),
  ).toEqual([]);
});

test("[C1] what a node needs only the run can tell, so one capability of its kind has to be declared", () => {
  const dynamic = { ...request, with: { url: "=input.url" } };
  expect(textsOf({ nodes: [dynamic], capabilities: ["shell:mail"] })).toEqual([
    'w.json#/nodes/0/with (node r): a node of type "http.request" needs a capability, and the workflow declares none of its kind; found "shell:mail", expected "net:…" in "capabilities".',
  ]);
  expect(textsOf({ nodes: [dynamic], capabilities: ["net:https://b.example"] })).toEqual([]);
});

test("[C1] what is declared has to be granted, and the message says how", () => {
  const part = {
    nodes: [request, read],
    capabilities: ["net:https://a.example", "fs.read:in", "secret:A_KEY"],
  };
  const baseDir = "/home/me/flows";
  expect(textsOf(part, { grants: [], baseDir })).toEqual([
    "w.json#/capabilities/0: the workflow asks for something that was not granted: Send data to https://a.example; found no grants, expected --allow net:https://a.example.",
    "w.json#/capabilities/1: the workflow asks for something that was not granted: Read files in /home/me/flows/in; found no grants, expected --allow fs.read:/home/me/flows/in.",
  ]);
  expect(textsOf(part, { grants: ["net:https://a.example", "fs.read:/home/me"], baseDir })).toEqual(
    [],
  );
  expect(textsOf(part, { grants: null })).toEqual([]);
});

test("[C1] what a node's relative path means is seen from the same folder as the capabilities", () => {
  const seen: (string | null)[] = [];
  const type = registry.get("file.read") ?? expect.unreachable("file.read is missing");
  const capabilitiesOf: typeof type.capabilitiesOf = (_, folder) => {
    seen.push(folder);
    return [`fs.read:${folder ?? "/process"}/in/x.csv`];
  };
  const asking = { get: () => ({ ...type, capabilitiesOf }), list: () => [] };
  const part = { nodes: [read], capabilities: ["fs.read:in"] };
  expect(textsOf(part, { registry: asking, baseDir: "/home/me" })).toEqual([]);
  expect(textsOf(part, { registry: asking })).toHaveLength(1);
  expect(seen).toEqual(["/home/me", null]);
});

test("[C1] a workflow in a folder that no capability can name is refused, not crashed upon", () => {
  const problems = problemsOf({ capabilities: ["fs.read:in"] }, { baseDir: "/home/me/a\\b" });
  expect(problems.map(({ text }) => text)).toEqual([
    'w.json#: the workflow stands in a folder that no capability can name: separate folders with `/`; found "/home/me/a\\\\b", expected the file in another folder.',
  ]);
  expect(problemsOf({ capabilities: ["shell:mail"] }, { baseDir: "/home/me/a\\b" })).toEqual([]);
  const joined = { baseDir: "/home/me/👩‍🚀", grants: ["fs.read:/home/me"] };
  expect(problemsOf({ capabilities: ["fs.read:in"] }, joined)).toEqual([]);
});

test("[C1] a job that may only look is refused every capability that writes", () => {
  const capabilities = [
    "net:https://a.example",
    "shell:mail",
    "fs.write:/out",
    "fs.read:/in",
    "secret:A_KEY",
  ];
  const problems = problemsOf({ capabilities }, { accessMode: "analysis_only" });
  expect(problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
    "ACCESS_MODE /capabilities/0",
    "ACCESS_MODE /capabilities/1",
    "ACCESS_MODE /capabilities/2",
  ]);
  expect(problemsOf({ capabilities }, { accessMode: "preview_only" })).toEqual([]);
});
