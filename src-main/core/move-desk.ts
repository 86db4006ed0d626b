import type { MovePlan } from "../../app/contract/data.ts";
import { examineDestination } from "./moving/destination.ts";
import { readFolderContent } from "./moving/folder-content.ts";
import { dropMoveIntent, keepMoveIntent, readMoveIntent } from "./moving/move-intent.ts";
import { removeUnfinished } from "./moving/unfinished-move.ts";
import { RequestError } from "./request-error.ts";

/** What a person wants of where the data lies. The next start does it (moving/move-data-folder.ts). */
export interface MoveDesk {
  planned(): MovePlan | null;
  /** BAD_REQUEST says why that place will not do. The last word counts. */
  plan(to: string): MovePlan;
  takeBack(): void;
}

export function createMoveDesk(folder: string): MoveDesk {
  function takeBack(): void {
    const intent = readMoveIntent(folder);
    dropMoveIntent(folder);
    // A start that was killed while it copied may have left a part.
    if (intent !== null) removeUnfinished(intent.to, folder);
  }
  return {
    planned() {
      const intent = readMoveIntent(folder);
      return intent === null ? null : { to: intent.to, bytes: readFolderContent(folder).bytes };
    },
    plan(to) {
      const content = readFolderContent(folder);
      const destination = examineDestination({ from: folder, to, content });
      if (!destination.ok) throw new RequestError("BAD_REQUEST", destination.why);
      takeBack();
      keepMoveIntent(folder, destination.to);
      return { to: destination.to, bytes: content.bytes };
    },
    takeBack,
  };
}
