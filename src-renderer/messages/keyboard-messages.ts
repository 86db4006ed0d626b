/** The cheat sheet: which key does what, by place. */
export const keyboardMessages = {
  title: "Keyboard shortcuts",
  mod: "Ctrl",
  modOnMac: "⌘",
  groups: [
    {
      name: "Everywhere",
      keys: [
        ["?", "This sheet"],
        ["/", "Search runs"],
        ["G R", "Go to Runs"],
        ["G N", "Go to Needs you"],
        ["G W", "Go to Workflows"],
        ["Mod Enter", "The primary action"],
        ["F6", "Next pane"],
        ["Esc", "Close, clear, back"],
      ],
    },
    {
      name: "List of runs",
      keys: [
        ["J K", "Next, previous row"],
        ["↑ ↓", "Next, previous row"],
        ["Home End", "First, last row"],
        ["Enter", "Open the run"],
        [".", "Show new runs"],
        ["Z", "Freeze, live"],
      ],
    },
    {
      name: "A run",
      keys: [
        ["1", "Timeline"],
        ["5", "Events"],
        ["J K", "Next, previous step"],
        ["← →", "Fold, unfold attempts, groups"],
        ["E", "Next failure"],
        ["Shift E", "Previous failure"],
        ["W", "What is it waiting for?"],
        ["L", "Jump to live"],
        ["+ −", "Zoom"],
        ["0 F", "Fit all, fit the step"],
        ["Mod Shift .", "Cancel the run (asks first)"],
      ],
    },
  ],
  note: "Single keys act only outside of fields. They can be turned off in Settings → General.",
} as const;
