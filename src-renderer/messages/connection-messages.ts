/** What is said of the way to the engine. */
export const connectionMessages = {
  connecting: "Connecting to the engine…",
  engineStopped: "Engine stopped. Start it again with `npm start`.",
  reconnects: "This page reconnects by itself. What it shows is from before the stop.",
  engineEnded: "Engine stopped.",
  startsAgain:
    "It is being started again. What is shown is from before the stop; nothing that was saved is lost.",
  staysDown:
    "It is not started again by itself. What is shown is from before the stop; nothing that was saved is lost.",
  because: (reason: string) => `Why: ${reason}`,
  startAnew: "End Handshake where it runs (Ctrl-C), then start it with `npm start`.",
  restartEngine: "Restart engine",
  reveal: "Reveal",
  revealHint: "Shows the data folder in the system's file manager.",
  exportCopy: "Export copy",
  exportCopyHint: "Saves the data as it is, as a tar file. Nothing is changed.",
  exporting: "Copying…",
  exportFailed: "The copy could not be made. Copy the data folder itself.",
  backAgain: "The engine is back.",
  refusedTitle: "This tab is not signed in",
  refused:
    "Open the address that `npm start` (or `handshake serve`) printed: it carries a one-time token for this browser.",
  takenBack: "The request was taken back.",
  answerLost:
    "The engine stopped before it answered. What you asked for may have happened: look before you repeat it.",
  badAnswer: (request: string) =>
    `The engine answered \`${request}\` in a way that this page does not understand. Reload the page.`,
  paused: "Safe start: the app ended unexpectedly twice within ten minutes, so nothing runs yet.",
  startEngine: "Start the engine",
  stopping: "The engine is stopping: it finishes the steps that are under way.",
  dismiss: "Dismiss",
};
