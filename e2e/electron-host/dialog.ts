import { notImplemented, requireKnown, strict } from "./not-implemented.ts";
import { fail, record } from "./recorder.ts";

/** What a person will do with the next dialogs, in order; a spec says so before they appear. */
export interface DialogAnswer {
  /** The method: `showMessageBox` … */
  readonly dialog: string;
  readonly answer: object;
}

export const dialogAnswers: DialogAnswer[] = [];

const messageBoxOptions = new Set([
  "type",
  "title",
  "message",
  "detail",
  "buttons",
  "defaultId",
  "cancelId",
  "noLink",
  "checkboxLabel",
  "checkboxChecked",
  "signal",
]);
const fileOptions = new Set(["title", "defaultPath", "buttonLabel", "properties", "filters"]);

export const dialog = strict("dialog", {
  showMessageBox: (...args: object[]): Promise<object> =>
    ask("showMessageBox", args, messageBoxOptions),
  showOpenDialog: (...args: object[]): Promise<object> => ask("showOpenDialog", args, fileOptions),
  showSaveDialog: (...args: object[]): Promise<object> => ask("showSaveDialog", args, fileOptions),
  showErrorBox: (title: string, content: string): void => {
    record("dialog.showErrorBox", { title, content });
  },
});

async function ask(
  name: string,
  args: readonly object[],
  known: ReadonlySet<string>,
): Promise<object> {
  // With a window in front, or without one.
  const options = args.at(-1) ?? notImplemented(`dialog.${name} without options`);
  requireKnown(`dialog.${name}`, options, known);
  const { signal: _, ...shown } = options as { signal?: AbortSignal };
  record(`dialog.${name}`, shown);
  const next = dialogAnswers.shift();
  if (next?.dialog === name) return next.answer;
  const expected =
    next === undefined ? "no answer is set" : `the next answer is for ${next.dialog}`;
  throw fail(`dialog.${name} was not answered: ${expected} (${JSON.stringify(shown)})`);
}
