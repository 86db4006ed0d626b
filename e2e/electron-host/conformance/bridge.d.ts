/** What app/preload.cjs exposes. */
declare const bridge: {
  echo(value: unknown): Promise<unknown>;
  fail(): Promise<unknown>;
  missing(): Promise<unknown>;
  frame(): Promise<unknown>;
  say(...args: unknown[]): void;
  said(): unknown[][];
  add(a: number, b: number): number;
  later(callback: (value: unknown) => string, value: unknown): Promise<string>;
  throws(): void;
  inWorld(): unknown;
  requireFs(): unknown;
};
