import { expect, test } from "vitest";
import { StorageError } from "../../app/storage/storage-error.ts";
import { startFailurePage } from "./start-failure.ts";

test("another owner is named, with every way out", () => {
  const details = { kind: "handshake serve", pid: 12, since: "2026-06-15T12:00:00.000Z" };
  const error = new StorageError("IN_USE", "The data folder is in use.", { details });
  const page = startFailurePage(error, {
    browserAddress: "http://127.0.0.1:7000/",
    dataFolder: "/home/ada/data",
  });
  // In the person's own time and language.
  expect(page.title).toMatch(
    /^In use by handshake serve \(pid 12, since (?!2026-06-15T).*2026.*\)$/,
  );
  expect({ text: page.text, actions: page.actions }).toEqual({
    text: [
      "The data folder is in use.",
      "Data folder: /home/ada/data",
      "Nothing was changed and nothing was deleted.",
    ],
    actions: [
      { name: "open-browser", label: "Open it in the browser" },
      { name: "retry", label: "Try again" },
      { name: "other-folder", label: "Use another folder" },
      { name: "quit", label: "Quit" },
    ],
  });
});

test("no way out deletes anything", () => {
  for (const code of ["CORRUPT", "NEWER_SCHEMA", "READ_ONLY", "FULL"] as const) {
    const { actions } = startFailurePage(new StorageError(code, "no"), {
      browserAddress: null,
      dataFolder: "/d",
    });
    expect(actions.map(({ name }) => name)).toEqual([
      "retry",
      "show-folder",
      "other-folder",
      "quit",
    ]);
  }
});
