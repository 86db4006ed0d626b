import { plural } from "./plural.ts";

/** New versions of the app. */
export const updateMessages = {
  ask: (host: string) =>
    `Look for a new version once a day? Handshake would ask ${host}; nothing about you or your runs is sent.`,
  askYes: "Look once a day",
  askNo: "No",
  available: (version: string) => `Version ${version} is there.`,
  download: "Download",
  later: "Later",
  byHand: {
    not_signed:
      "This build is not signed, so it does not replace itself: get the new one where you got this one.",
    linux:
      "On Linux Handshake does not replace itself: get the new one where you got this one, or from your package manager.",
  },
  downloading: (version: string, percent: number) => `Downloading version ${version}: ${percent} %`,
  ready: (version: string) => `Version ${version} is ready. Install when no run is active.`,
  install: "Install and start again",
  installLater: "Install when no run is active",
  waiting: (version: string, active: number) =>
    `Version ${version} is installed when no run is active: ${plural(active, { one: "run still works", other: "runs still work" })}.`,
  wait: "Not now",
  schema: (from: number, to: number) =>
    `It changes the format of your data (${from} → ${to}). A backup is made first; going back to this version needs that backup.`,
  schemaUnknown:
    "It does not say whether it changes the format of your data. If it does, a backup is made first, and going back needs that backup.",
  look: "Look for new versions",
  looks: { ask: "Not decided: nothing is looked for", no: "Only when I ask", yes: "Once a day" },
  lookHint: "Handshake asks nobody anything by itself until you choose “Once a day”.",
  asks: (host: string) => `Asks ${host}`,
  check: "Look now",
  checking: "Looking…",
  isNewest: (time: string) => `This is the newest version (looked ${time}).`,
  notLooked: "Nobody has looked since the start.",
  failed: (message: string) => `Looking failed: ${message}`,
  version: "Version",
  unavailable: {
    browser:
      "Handshake in the browser does not look for new versions. Whoever installed it brings it up to date.",
    not_packaged: "This is a development build: it is brought up to date with git.",
    no_feed: "This build names no place to look for new versions.",
  },
};
