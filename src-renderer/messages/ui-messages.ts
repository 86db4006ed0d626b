/** Words that every screen uses. */
export const uiMessages = {
  close: "Close",
  cancel: "Cancel",
  retry: "Try again",
  copy: "Copy",
  copied: "Copied",
  loading: "Loading…",
  more: "More actions",
  unknownError: "Something went wrong.",
  errorCode: (code: string) => `Error ${code}`,
  none: "–",
};
