import type { Page } from "@playwright/test";
import { nodeStatusWords, statusWords } from "../../src-renderer/messages/status-messages.ts";
import type { SavedHistory } from "../read-database.ts";

/** Where a run's status stands on the screen. */
const places = {
  row: "[role=grid] [role=rowgroup] [role=gridcell]:first-child [class*=_word]",
  strip: "[role=group][aria-label='Runs by status'] [data-empty=false] [class*=_word]",
  header: "main header:has(h1) [class*=_state] [class*=_word]",
} as const;
type Place = keyof typeof places;

/** Said of a run before the engine is heard; false once anything newer was shown. */
export const { wasRunning } = nodeStatusWords;

interface Shown {
  readonly place: string;
  readonly words: string;
  readonly atMs: number;
}

declare global {
  var shownStatuses: Shown[] | undefined;
}

/** Notes in every frame from now on what each place says of the only run, whenever it says another thing. */
export async function watchShownStatuses(page: Page): Promise<void> {
  await page.evaluate((selectors) => {
    const shown: Shown[] = [];
    globalThis.shownStatuses = shown;
    const look = (): void => {
      for (const [place, selector] of Object.entries(selectors)) {
        const found = [...document.querySelectorAll(selector)];
        const words = found.map((element) => element.textContent.trim()).join(" + ");
        if (words === "" || words === shown.findLast((one) => one.place === place)?.words) continue;
        shown.push({ place, words, atMs: Date.now() });
      }
      requestAnimationFrame(look);
    };
    look();
  }, places);
}

export function shownStatuses(page: Page): Promise<readonly Shown[]> {
  return page.evaluate(() => globalThis.shownStatuses ?? []);
}

/** The words that a place said, in order. */
export function wordsOf(shown: readonly Shown[], place: Place): readonly string[] {
  return shown.filter((one) => one.place === place).map(({ words }) => words);
}

/**
 * What was shown and is no part, in this order, of what the database committed, or was shown before that.
 * Screens may leave a status out that did not last; they may not invent one, nor go back to an older one.
 */
export function falselyShown(
  shown: readonly Shown[],
  events: SavedHistory["events"],
): readonly Shown[] {
  const committed = committedStatuses(events);
  return Object.keys(places).flatMap((place) => {
    let next = 0;
    return shown
      .filter((one) => one.place === place)
      .filter(({ words, atMs }) => {
        if (words === wasRunning && next === 0) return false;
        const at = committed.findIndex((one, index) => index >= next && one.words === words);
        if (at < 0) return true;
        next = at + 1;
        return (committed[at]?.atMs ?? Infinity) > atMs;
      });
  });
}

function committedStatuses(
  events: SavedHistory["events"],
): readonly { readonly words: string; readonly atMs: number }[] {
  const words: Readonly<Record<string, string>> = statusWords;
  // What was so before the last recovery is old by then.
  const recovery = events.findLastIndex(({ type }) => type === "workflow_recovery");
  return events.slice(Math.max(recovery, 0)).flatMap(({ type, data, at }) => {
    const to = type === "run.created" ? "queued" : data["to"];
    const isOfRun = ["run.created", "run.status", "run.resumed", "workflow_recovery"].includes(
      type,
    );
    return isOfRun && typeof to === "string"
      ? [{ words: words[to] ?? to, atMs: Date.parse(at) }]
      : [];
  });
}
