/**
 * Goes on with a value that is mostly at hand: without a turn of the microtask queue then, so that a
 * step and its successors' starts land in the same batch.
 */
export function after<T, R>(
  value: T | Promise<T>,
  next: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
