/**
 * What Chromium shall leave away, for `--disable-features` (a second one would replace the first): what asks
 * a network, what changes addresses or delays the first picture, and the pages that its address bar keeps
 * ready for each window, which cost as much as all the rest of a start.
 */
const disabledFeatures = [
  "HttpsUpgrades",
  "MediaRouter",
  "OptimizationHints",
  "PaintHolding",
  // A process that waits for the next site: there is one.
  "SpareRendererForSitePerProcess",
  "Translate",
  "WebUIOmniboxAimPopup",
  "WebUIOmniboxPopup",
];

export const disableFeatures = `--disable-features=${disabledFeatures.join(",")}`;
