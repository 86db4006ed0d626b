import { statusOrigin } from "./app-origins.ts";

/** A small window of text: no script, no data, no bridge. Its links are actions of the main process. */
export interface StatusPage {
  readonly title: string;
  /** Paragraphs. */
  readonly text: readonly string[];
  readonly actions: readonly StatusAction[];
}

export interface StatusAction {
  /** Lower-case words with dashes: part of a URL. */
  readonly name: string;
  readonly label: string;
}

const actionPath = "/do/";

export function statusPageHtml({ title, text, actions }: StatusPage): string {
  const paragraphs = text.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join("\n      ");
  const links = actions
    .map(
      ({ name, label }) => `<a href="${actionPath}${name}" role="button">${escapeHtml(label)}</a>`,
    )
    .join("\n        ");
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${escapeHtml(title)}</title>
    <link rel="stylesheet" href="/status.css">
  </head>
  <body>
    <main role="status">
      <h1>${escapeHtml(title)}</h1>
      ${paragraphs}
      <nav>
        ${links}
      </nav>
    </main>
  </body>
</html>
`;
}

/** The action that a link of a status page stands for, or null. */
export function statusActionOf(url: string): string | null {
  const prefix = statusOrigin + actionPath;
  return url.startsWith(prefix) ? url.slice(prefix.length) : null;
}

export const statusPageStyle = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { padding: 24px 28px; }
h1 { margin: 0 0 8px; font-size: 18px; font-weight: 600; }
p { margin: 0 0 8px; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 20px; }
a { padding: 6px 14px; border: 1px solid ButtonBorder; border-radius: 6px;
  background: ButtonFace; color: ButtonText; text-decoration: none; }
a:focus-visible { outline: 2px solid Highlight; outline-offset: 2px; }
`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
