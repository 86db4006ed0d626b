/** Lets the browser save a text as a file. */
export function saveFile(file: {
  readonly name: string;
  readonly text: string;
  readonly type: string;
}): void {
  saveContent(file.name, new Blob([file.text], { type: file.type }));
}

/** Lets the browser save what it holds already. */
export function saveContent(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the content by then.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
