/** Lets the browser save a text as a file. */
export function saveFile(file: {
  readonly name: string;
  readonly text: string;
  readonly type: string;
}): void {
  const address = URL.createObjectURL(new Blob([file.text], { type: file.type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file.name;
  link.click();
  // The browser has taken the content by then.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
