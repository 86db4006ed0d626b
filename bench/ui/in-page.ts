/// <reference lib="dom" />
// Functions that Playwright carries into a page: each stands alone.

/** Milliseconds of each trip to the server of this page, which answers what it is sent. */
export async function echoBySocket({ count }: { readonly count: number }): Promise<number[]> {
  const socket = new WebSocket(location.href.replace("http", "ws"));
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  const times: number[] = [];
  for (let id = 1; id <= count; id += 1) {
    const question = JSON.stringify({ kind: "request", id, name: "engine.state", input: {} });
    const begun = performance.now();
    const answered = new Promise((resolve) =>
      socket.addEventListener("message", resolve, { once: true }),
    );
    socket.send(question.padEnd(500));
    await answered;
    times.push(performance.now() - begun);
  }
  socket.close();
  return times;
}

export async function askBySocket(given: {
  readonly count: number;
  readonly socketPath: string;
  readonly sessionKeyName: string;
}): Promise<number[]> {
  const socket = new WebSocket(`ws://${location.host}${given.socketPath}`);
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  const next = () =>
    new Promise<string>((resolve) =>
      socket.addEventListener("message", ({ data }) => resolve(String(data)), { once: true }),
    );
  const welcome = next();
  socket.send(JSON.stringify({ kind: "hello", key: localStorage.getItem(given.sessionKeyName) }));
  await welcome;
  const times: number[] = [];
  for (let id = 1; id <= given.count; id += 1) {
    const question = JSON.stringify({ kind: "request", id, name: "engine.state", input: {} });
    const begun = performance.now();
    const answered = next();
    socket.send(question);
    const answer = await answered;
    times.push(performance.now() - begun);
    if (!answer.includes('"ok":true')) throw new Error(answer);
  }
  socket.close();
  return times;
}

export async function askByBridge({ count }: { readonly count: number }): Promise<number[]> {
  const { handshake } = globalThis as unknown as {
    readonly handshake: { request(id: number, name: string, input: unknown): Promise<string> };
  }; // the preload's
  const times: number[] = [];
  for (let trip = 1; trip <= count; trip += 1) {
    const begun = performance.now();
    // Far above the ids that the page itself chooses.
    const answer = await handshake.request(2 ** 40 + trip, "engine.state", {});
    times.push(performance.now() - begun);
    if (!answer.includes('"ok":true')) throw new Error(answer);
  }
  return times;
}
