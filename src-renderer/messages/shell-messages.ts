/** The frame around every screen. */
export const shellMessages = {
  product: "Handshake",
  skip: "Skip to the content",
  places: "Places",
  runs: "Runs",
  needsYou: "Needs you",
  stalled: "Stalled",
  workflows: "Workflows",
  settings: "Settings",
  keyboard: "Keyboard shortcuts",
  badge: (place: string, count: number) => `${place} ${count}`,
  notFoundTitle: "There is nothing here",
  notFound: "The address does not lead to a screen of Handshake.",
  toRuns: "Go to Runs",
  dismiss: "Dismiss",
};
