import { navigate } from "wouter/use-browser-location";
import { onOpening } from "../api.ts";
import { closeStartSheet, openStartSheet } from "../start/start-choice.ts";
import { createStoreValue } from "../store/store-value.ts";

/** Why what was opened last was not followed; null when it was, or nobody needs to know any more. */
export const refusedOpening = createStoreValue<string | null>(null);

/** A link leads to its place, a file opens the start sheet. Nothing starts without the person. */
export function followOpenings(): void {
  onOpening((opening) => {
    refusedOpening.set(opening.kind === "refused" ? opening.message : null);
    switch (opening.kind) {
      case "place":
        closeStartSheet();
        navigate(opening.path);
        return;
      case "workflow":
        openStartSheet({ from: "text", ...opening.file });
        return;
      case "refused":
    }
  });
}
