import { StorageError, type StorageErrorCode } from "../../app/storage/storage-error.ts";
import { DataFolderError } from "../data-folder.ts";
import type { StatusAction, StatusPage } from "./status-page.ts";

export type FailureAction = "retry" | "other-folder" | "show-folder" | "open-browser" | "quit";

const labels: Readonly<Record<FailureAction, string>> = {
  "open-browser": "Open it in the browser",
  retry: "Try again",
  "other-folder": "Use another folder",
  "show-folder": "Show the folder",
  quit: "Quit",
};

/** What a start that failed says, and the ways out that destroy nothing. */
export function startFailurePage(
  error: Error,
  {
    browserAddress,
    dataFolder,
  }: { readonly browserAddress: string | null; readonly dataFolder: string },
): StatusPage {
  const page = (title: string, actions: readonly FailureAction[]): StatusPage =>
    pageOf({ title, error, actions, dataFolder });
  if (error instanceof DataFolderError) {
    return page("The data folder cannot be used", ["other-folder", "retry", "quit"]);
  }
  if (error instanceof StorageError) {
    const browser: FailureAction[] =
      error.code === "IN_USE" && browserAddress !== null ? ["open-browser"] : [];
    return page(titleOf(error), [...browser, ...waysOut(error.code)]);
  }
  return page("Handshake could not start", ["retry", "other-folder", "show-folder", "quit"]);
}

function pageOf(failure: {
  readonly title: string;
  readonly error: Error;
  readonly actions: readonly FailureAction[];
  readonly dataFolder: string;
}): StatusPage {
  const { title, error, actions, dataFolder } = failure;
  // Where the data is, so that a person can look after it; SQLite's own words do not say.
  const place = error.message.includes(dataFolder) ? [] : [`Data folder: ${dataFolder}`];
  return {
    title,
    text: [error.message, ...place, "Nothing was changed and nothing was deleted."],
    actions: actions.map((name): StatusAction => ({ name, label: labels[name] })),
  };
}

function titleOf({ code, details }: StorageError): string {
  switch (code) {
    case "IN_USE": {
      const { kind, pid, since } = details;
      if (typeof kind !== "string") return "In use by another process";
      return `In use by ${kind} (pid ${String(pid)}, since ${momentInWords(String(since))})`;
    }
    case "NEWER_SCHEMA":
      return "These runs were saved by a newer Handshake";
    case "CORRUPT":
    case "NOT_A_DATABASE":
    case "DAMAGED":
      return "The data file is damaged";
    case "FULL":
      return "The disk is full";
    case "BUSY":
      return "Another program is using the data file";
    case "READ_ONLY":
      return "The data file cannot be written";
    case "DENIED":
      return "The database server refuses the connection";
    case "CONFLICT":
    case "FENCED":
    case "CONSTRAINT":
    case "NOT_FOUND":
    case "ILLEGAL_TRANSITION":
    case "TOO_LARGE":
    case "IO":
    case "CLOSED":
      return "The saved runs cannot be opened";
  }
}

function waysOut(code: StorageErrorCode): FailureAction[] {
  if (code === "IN_USE") return ["retry", "other-folder", "quit"];
  return ["retry", "show-folder", "other-folder", "quit"];
}

/** In the person's own time and language; as it is when it is no time. */
function momentInWords(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return text;
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(ms);
}
