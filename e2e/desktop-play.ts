import type { ElectronApplication } from "@playwright/test";
import type { ElectronHostControls } from "./electron-host/electron.ts";

declare global {
  // Only under the stand-in: what is played by it backs no requirement.
  var electronHost: ElectronHostControls;
}

/** What a person will do with the next dialog. */
export function answerDialog(
  app: ElectronApplication,
  next: { readonly dialog: string; readonly answer: object },
): Promise<void> {
  return app.evaluate((_electron, answer) => void electronHost.dialogAnswers.push(answer), next);
}

/** What the app asked of the desktop under this name, in order. */
export function hostCalls(app: ElectronApplication, name: string): Promise<unknown[]> {
  return app.evaluate(
    (_electron, wanted) =>
      electronHost.calls.filter((call) => call.name === wanted).map(({ details }) => details),
    name,
  );
}
