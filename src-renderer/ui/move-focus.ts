/** Where a key leads in a list of `count` rows; null when it is no key of movement. */
export function nextRowIndex(
  key: string,
  place: { readonly at: number; readonly count: number; readonly perScreen: number },
): number | null {
  const last = place.count - 1;
  const to = (index: number): number => Math.max(0, Math.min(last, index));
  switch (key) {
    case "ArrowDown":
    case "j":
      return to(place.at + 1);
    case "ArrowUp":
    case "k":
      return to(place.at - 1);
    case "PageDown":
      return to(place.at + place.perScreen);
    case "PageUp":
      return to(place.at - place.perScreen);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}
