import { app } from "electron";
import type { Opening } from "../../app/contract/opening.ts";
import type { AppLog } from "./app-log.ts";
import { openedArguments, type Opened } from "./opened-arguments.ts";
import { placeOfLink } from "./place-of-link.ts";
import { workflowOfFile } from "./workflow-of-file.ts";

/** What a person opens from outside: kept until a page can show it, and told to one page. */
export interface Openings {
  /** A page can show them from now on; null when there is none any more. */
  setPage(show: ((opening: Opening) => void) | null): void;
}

export interface OpeningsOptions {
  readonly log: AppLog;
  /** A person opened something, or the app again: the window is to come to the front. */
  readonly onOpened: () => void;
}

/** Listens from the first moment: macOS tells of the file that started the app before it is ready. */
export function collectOpenings({ log, onOpened }: OpeningsOptions): Openings {
  const waiting: Opening[] = [];
  let page: ((opening: Opening) => void) | null = null;

  function open(opened: Opened): void {
    const opening = openingOf(opened);
    // Never what it was: a link may hold anything.
    if (opening.kind === "refused") log.write("warn", "open", `A ${opened.kind} was refused.`);
    if (page === null) waiting.push(opening);
    else page(opening);
  }

  app.on("open-file", (event, path) => {
    event.preventDefault();
    open({ kind: "file", path });
    onOpened();
  });
  app.on("open-url", (event, link) => {
    event.preventDefault();
    open({ kind: "link", link });
    onOpened();
  });
  app.on("second-instance", (_event, argv, workingDirectory) => {
    for (const opened of openedArguments(argv, workingDirectory)) open(opened);
    onOpened();
  });
  for (const opened of openedArguments(process.argv, process.cwd())) open(opened);
  return {
    setPage(show) {
      page = show;
      if (page === null) return;
      for (const opening of waiting.splice(0)) page(opening);
    },
  };
}

function openingOf(opened: Opened): Opening {
  if (opened.kind === "file") return workflowOfFile(opened.path);
  const path = placeOfLink(opened.link);
  if (path !== null) return { kind: "place", path };
  const message =
    "A link was not followed: it leads to no place in Handshake. Links only open places; they never start or change anything.";
  return { kind: "refused", message };
}
