/**
 * Takes the page's `window.open` out of Chromium's hands: nothing opens, and the answer is null, as when
 * Electron's handler denies. Injected as source text: refers to nothing outside.
 */
export function takeWindowOpen(eventName: string): void {
  const page = window;
  const PageEvent = CustomEvent;
  const dispatchEvent = page.dispatchEvent.bind(page);
  page.open = (url) => {
    const absolute = new URL(url ?? "about:blank", page.location.href).href;
    dispatchEvent(new PageEvent(eventName, { detail: absolute }));
    return null;
  };
}
