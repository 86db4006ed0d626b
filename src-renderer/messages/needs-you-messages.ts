import { plural } from "./plural.ts";

/** Questions to a person, on their own page and in the inspector. */
export const needsYouMessages = {
  title: "Needs you",
  subtitle: (count: number) =>
    `${plural(count, { one: "run waits", other: "runs wait" })}, oldest first`,
  emptyTitle: "Nothing waits for you",
  empty: "When a step asks for an approval, a confirmation or a review, it stands here.",
  failed: "The questions could not be listed.",
  asked: (ago: string) => `asked ${ago} ago`,
  expires: (time: string) => `Expires ${time}`,
  context: "What it is about",
  send: "Send",
  sent: "Answered. The run goes on.",
  confirm: "Confirm",
  refuse: "Refuse",
  accept: "Accept the output",
  reject: "Reject it",
  rejectReason: "Why (optional)",
  runAgain: "Run it again",
  markDone: "Mark as done",
  giveUp: "Let it fail",
  supply: "Skip it and supply its output",
  confirmNote:
    "This step is marked as sensitive. It starts only after a person confirms this very input.",
  reviewNote: "The step is done. Its output is used only after a person accepts it.",
  more: (count: number) =>
    `${plural(count, { one: "more run waits", other: "more runs wait" })}; they come up as these are answered.`,
  openRun: "Open the run",
};
