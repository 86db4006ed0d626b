export interface Preventable {
  defaultPrevented: boolean;
  preventDefault(): void;
}

/** An event as Electron hands it to listeners. */
export function preventable<Details extends object>(details: Details): Details & Preventable {
  return {
    ...details,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}
