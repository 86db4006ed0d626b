import { expect, test } from "vitest";
import { mayOpenOutside } from "./external-links.ts";

test("a page of the documentation may be opened outside", () => {
  expect(mayOpenOutside("https://docs.jsonata.org/overview")).toBe(true);
});

test.for([
  "http://docs.jsonata.org/",
  "https://docs.jsonata.org.evil.example/",
  "https://docs.jsonata.org@evil.example/",
  "https://docs.jsonata.org:8443/",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "not a url",
])("%s may not", (url) => {
  expect(mayOpenOutside(url)).toBe(false);
});
