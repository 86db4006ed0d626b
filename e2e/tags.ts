/**
 * What a passing spec shows. `product`: the app itself, on any host; only these back a requirement.
 * `host-simulated`: what the desktop did was played by the stand-in. `electron-only`: needs the real one.
 */
export const tags = {
  product: "@product",
  hostSimulated: "@host-simulated",
  electronOnly: "@electron-only",
} as const;
