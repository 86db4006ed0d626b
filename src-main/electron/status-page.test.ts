import { expect, test } from "vitest";
import { statusActionOf, statusPageHtml } from "./status-page.ts";

test("hostile text stays text", () => {
  const html = statusPageHtml({
    title: "<script>alert(1)</script>",
    text: [`"><img src=x onerror=alert(1)>`],
    actions: [{ name: "quit", label: "<b>Quit</b>" }],
  });
  expect(html).not.toMatch(/<(script|img|b)[ >]/);
  expect(html).toContain("&#60;script&#62;");
});

test("a link of an action is told from any other", () => {
  expect(statusActionOf("app://status/do/quit")).toBe("quit");
  expect(statusActionOf("https://foreign.example/do/quit")).toBeNull();
});
