/** Calls back once, soon: in the next animation frame, or when a test says so. */
export type Schedule = (callback: () => void) => void;

export const inNextFrame: Schedule = (callback) => {
  window.requestAnimationFrame(callback);
};
