import { BrowserWindow, dialog } from "electron";
import type { QuitChoice, QuitQuestion } from "./quit-flow.ts";

const choices: readonly QuitChoice[] = ["finish", "now", "stay"];

/** "2 runs are working." Nothing is lost either way: what is interrupted is Stalled, and can be resumed. */
export async function askToQuit({ activeRuns, signal }: QuitQuestion): Promise<QuitChoice> {
  const options = {
    type: "question" as const,
    message: activeRuns === 1 ? "1 run is working." : `${activeRuns} runs are working.`,
    detail:
      "Finish current steps waits up to 30 seconds. Quit now stops them where they are: they are Stalled, and can be resumed at the next start.",
    buttons: ["Finish current steps, then quit", "Quit now", "Keep running"],
    defaultId: 0,
    cancelId: choices.indexOf("stay"),
    noLink: true,
    signal,
  };
  const parent = BrowserWindow.getFocusedWindow();
  const { response } =
    parent === null
      ? await dialog.showMessageBox(options)
      : await dialog.showMessageBox(parent, options);
  return choices[response] ?? "stay";
}
