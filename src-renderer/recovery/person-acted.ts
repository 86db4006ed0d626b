let hasActed = false;

const note = (): void => {
  hasActed = true;
};
window.addEventListener("pointerdown", note, { capture: true, once: true });
window.addEventListener("keydown", note, { capture: true, once: true });

/** Whether the person has typed or clicked since the page was loaded: then the focus is theirs. */
export function hasPersonActed(): boolean {
  return hasActed;
}
